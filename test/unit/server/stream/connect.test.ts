import * as fc from '../../../support/property.js';
import { expect, it } from 'vitest';
import { parseConnect } from '../../../../src/server/stream/connect.js';

const OLD = { filter: { kind: 'old', channels: null, agents: null }, since: null, unknownChannels: [] };

it.each(['', '/', '/any/path', '/?', '/#x'])('an address without a query (%j) is an old client', (url) => {
  expect(parseConnect(url)).toEqual(OLD);
});

it('any query is a client of ours', () => {
  expect(parseConnect('/?x')).toEqual({ ...OLD, filter: { kind: 'mc', channels: null, agents: null } });
});

it('reads channels, agents and position', () => {
  expect(parseConnect('/live?channels=agent_status,%20notification&agents=api,Ada%20L&since=k3f9:12')).toEqual({
    filter: {
      kind: 'mc',
      channels: new Set(['agent_status', 'notification']),
      agents: new Set(['api', 'Ada L']),
    },
    since: { epoch: 'k3f9', seq: 12 },
    unknownChannels: [],
  });
});

it.each([
  ['channels=*', null, null],
  ['channels=', null, null],
  ['channels=agent_status,*', null, null],
  ['agents=*', null, null],
  ['agents=', null, null],
])('%s is everything', (query, channels, agents) => {
  expect(parseConnect(`/?${query}`).filter).toEqual({ kind: 'mc', channels, agents });
});

it('channels nobody knows are told apart', () => {
  const { filter, unknownChannels } = parseConnect('/?channels=gossip');
  expect([filter.channels, unknownChannels]).toEqual([new Set(), ['gossip']]);
});

it.each(['x', 'a:b', 'a:-1', ':1', 'a:1:2', 'a:1e3', '%FF'])('since=%s is junk', (since) => {
  expect(parseConnect(`/?since=${since}`).since).toBe('junk');
});

it('never throws', () => {
  fc.assert(fc.property(fc.string(), (url) => void parseConnect(url)));
});
