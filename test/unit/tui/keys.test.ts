import { describe, expect, it } from 'vitest';
import { ACTIONS } from '../../../src/tui/actions/index.js';
import { BINDINGS, bindingsOf } from '../../../src/tui/keys.js';
import { SCREENS, type ScreenName } from '../../../src/tui/model.js';
import { completions, parseCommand, PALETTE_HELP } from '../../../src/tui/palette.js';
import { liveStore, modelOf, NOW, press, screenText, typed } from './models.js';

const ALL: ScreenName[] = [...SCREENS, 'agent', 'record', 'help'];
const model = modelOf(liveStore());

describe('the key table', () => {
  it('names only actions that there are, and every action has a key', () => {
    const named = new Set<string>(BINDINGS.map(({ action }) => action));
    expect([...named].filter((action) => !(action in ACTIONS))).toEqual([]);
    expect(Object.keys(ACTIONS).filter((action) => !named.has(action))).toEqual([]);
  });

  it.each(ALL)('has no key twice on %s', (screen) => {
    const keys = bindingsOf(model, screen).flatMap((binding) => binding.keys);
    expect(keys.filter((key, index) => keys.indexOf(key) !== index)).toEqual([]);
  });

  it.each(ALL)('is what the help of %s shows', (screen) => {
    const help = { ...model, screen: 'help' as const, trail: [screen], size: { columns: 120, rows: 90 } };
    const text = screenText(help).join('\n');
    for (const { help: words } of bindingsOf(model, screen)) expect(text).toContain(words);
    for (const [usage] of PALETTE_HELP) expect(text).toContain(usage);
  });
});

describe('the command line', () => {
  it.each([
    ['agents', { name: 'screen', screen: 'agents' }],
    ['agent api', { name: 'agent', text: 'api' }],
    ['since 7d', { name: 'since', text: '7d' }],
    ['status api idle', { name: 'status', agent: 'api', text: 'idle' }],
    ['note api has  two  words', { name: 'note', agent: 'api', text: 'has  two  words' }],
    ['backup', { name: 'backup', agent: null }],
    ['mouse off', { name: 'mouse', on: false }],
    ['q', { name: 'quit' }],
    ['filter', { name: 'filter', text: '' }],
  ])('%s', (text, command) => {
    expect(parseCommand(text, NOW)).toEqual(command);
  });

  it.each(['dance', 'theme', 'mouse perhaps', 'status api', 'at noon', ''])('refuses %j with a reason', (text) => {
    expect(parseCommand(text, NOW)).toMatchObject({ name: 'wrong', reason: expect.stringMatching(/./) });
  });

  it('takes a time of today, of yesterday when it is still to come', () => {
    expect(parseCommand('at 14:02', NOW)).toEqual({ name: 'at', time: Date.parse('2026-02-17T14:02:00Z') });
    expect(parseCommand('at 23:00', NOW)).toEqual({ name: 'at', time: Date.parse('2026-02-16T23:00:00Z') });
    expect(parseCommand('at 15m', NOW)).toEqual({ name: 'at', time: NOW - 900_000 });
  });

  it('completes words, agents and themes', () => {
    expect(completions('the', model)).toEqual(['theme']);
    expect(completions('agent t', model)).toEqual(['tester']);
    expect(completions('status api a', model)).toEqual(['active']);
    expect(completions('dance x', model)).toEqual([]);
    const written = press(model, ':', ...typed('ag'), 'tab');
    expect(written.prompt?.editor.text).toBe('agent');
    expect(press(model, ':', ...typed('agent te'), 'tab', 'enter')).toMatchObject({ screen: 'agent', agent: 'tester' });
  });

  it('remembers what was written', () => {
    const twice = press(model, ':', ...typed('theme light'), 'enter', ':', ...typed('tasks'), 'enter');
    expect(twice.options.theme).toBe('light');
    expect(press(twice, ':', 'up', 'up').prompt?.editor.text).toBe('theme light');
    expect(press(twice, ':', 'up', 'down').prompt?.editor.text).toBe('');
  });

  it('says what is wrong and changes nothing', () => {
    const said = (text: string) => screenText(press(model, ':', ...typed(text), 'enter')).join('\n');
    expect(said('agent nobody')).toContain('there is no agent "nobody"');
    expect(said('theme pink')).toContain('themes: dark');
    expect(said('sort taste')).toContain('columns: agent');
    expect(said('since ever')).toContain('a range is written');
  });

  it('does what the keys do', () => {
    const run = (text: string) => press(model, ':', ...typed(text), 'enter');
    expect(run('sort last')).toMatchObject({ screen: 'agents', sort: { column: 'last', descending: true } });
    expect(run('metric rss')).toMatchObject({ screen: 'metrics', chart: { metric: 'rss' } });
    expect(run('since 30d')).toMatchObject({ screen: 'metrics', chart: { since: '30d' } });
    expect(run('help').screen).toBe('help');
    expect(press(model, '2', ':', ...typed('filter !idle'), 'enter').lists.agents.filter).toBe('!idle');
    expect(run('filter !idle')).toMatchObject({ screen: 'agents', lists: { agents: { filter: '!idle' } } });
  });
});
