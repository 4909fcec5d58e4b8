import type { Findings, TranscriptForm } from '../facts.js';
import { objectOf, textOf, titleOf } from '../values.js';
import { takeAssistant, takeSystem, takeUser } from './conversation.js';
import { placeOf } from './files.js';
import { takeStated } from './stated.js';
import type { ClaudeState } from './state.js';

const USAGE = Buffer.from('"usage"');
const USER = Buffer.from('"type":"user"');
/** Lines of these kinds are short, and there are few of them. */
const RARE = /"(?:type|subtype)":"(?:custom-title|agent-name|ai-title|cost-state|compact_boundary|turn_duration)"/u;
const RARE_LENGTH = 16_384;

type Take = (state: ClaudeState, line: Record<string, unknown>, findings: Findings) => void;

const KINDS: ReadonlyMap<string, Take> = new Map<string, Take>([
  ['assistant', takeAssistant],
  ['user', takeUser],
  ['system', takeSystem],
  ['custom-title', ({ titles }, line) => (titles.custom = titleOf(line.customTitle) ?? titles.custom)],
  ['agent-name', ({ titles }, line) => (titles.name = titleOf(line.agentName) ?? titles.name)],
  ['ai-title', ({ titles }, line) => (titles.ai = titleOf(line.aiTitle) ?? titles.ai)],
  ['cost-state', (state, line, findings) => takeStated(state, line, findings)],
]);

/** Kinds that are known and say nothing that is wanted. `progress` holds whole messages of subagents, which their own files have too. */
const SKIPPED =
  /^(?:progress|attachment|file-history-.*|queue-operation|last-prompt|bridge-session|summary|mode|permission-mode)$/u;

/** Transcripts of Claude Code. */
export const form: TranscriptForm<ClaudeState> = {
  begin: (path) => ({
    ...placeOf(path),
    started_at: null,
    last_at: null,
    cwd: null,
    cwd_now: null,
    branch: null,
    version: null,
    model: null,
    origin: null,
    titles: { custom: null, name: null, ai: null },
    context_tokens: null,
    compactions: 0,
    errors: 0,
    error: null,
    tail: null,
    pending: [],
    tool: null,
    open: null,
    requestless: [],
    stated_before: {},
    stated: {},
  }),

  wants(line) {
    if (line.includes(USAGE) || line.includes(USER)) return true;
    return line.length <= RARE_LENGTH && RARE.test(line.toString('latin1'));
  },

  take(state, value, findings) {
    const line = objectOf(value);
    const type = textOf(line?.type, 64);
    const take = KINDS.get(type ?? '');
    if (line !== null && take !== undefined) take(state, line, findings);
    else if (type === null || !SKIPPED.test(type)) findings.unknown(kindOf(type));
  },
};

/** A kind by its name when that can be one: what is reported must not be what somebody wrote. */
function kindOf(type: string | null): string {
  if (type === null) return 'without a type';
  return /^[\w-]+$/u.test(type) ? type : 'with a type that is not a word';
}
