import { describe, expect, it } from 'vitest';
import { agentStatusData } from '../../../src/protocol/index.js';
import { agent, at, live, liveStore, modelOf, press, screenText, typed } from './models.js';

const ASKER = agent('asker', {
  normalized_status: 'waiting',
  status: 'needs_approval',
  since: at(720),
  evidence: { file: 'state.json', field: 'status', value: 'needs_approval' },
  waiting_for: 'approve the release',
  last_active: at(720),
});

function screen(keys: readonly string[], size = { columns: 120, rows: 40 }) {
  const store = liveStore();
  store.frame(live(1, { type: 'agent_status', data: agentStatusData(ASKER) }, at(3)));
  const model = press(modelOf(store), ...keys);
  return screenText({ ...model, size }, size).join('\n');
}

describe('an agent that waits for a person', () => {
  it('is counted in the overview, after error, and needs a person, with what for', () => {
    const text = screen(['1']);
    expect(text).toMatch(/✕ +1 error[^\n]*\n[^\n]*\? +1 waiting/);
    expect(text).toMatch(/\? asker +approve the release · waiting since 13:56 \(12m/);
  });

  it('stands in the table of agents before who is stale, with what for as what it is at', () => {
    const lines = screen(['2'], { columns: 80, rows: 24 }).split('\n');
    const places = ['scribe', 'asker', 'watchman'].map((id) => lines.findIndex((line) => line.includes(` ${id}`)));
    expect(places).toEqual(places.toSorted((a, b) => a - b));
    expect(lines[places[1] ?? -1]).toMatch(/\? asker .*approve the release/);
  });

  it('tells all of it where the agent is shown', () => {
    const text = screen(['2', '/', ...typed('asker'), 'enter', 'enter']);
    expect(text).toContain('waits for approve the release');
    expect(text).toContain('its own word needs_approval');
  });

  it('is found by a filter on its status', () => {
    const text = screen(['2', '/', ...typed('waiting'), 'enter'], { columns: 80, rows: 24 });
    expect(text).toContain('asker');
    expect(text).not.toContain('watchman');
  });

  it('can be said of an agent by a word that does not mean idle', () => {
    expect(screen(['2', 's'])).toMatch(/Tab: .*needs_input/);
    expect(screen(['2', 's'])).not.toMatch(/Tab: .*waiting/);
  });
});
