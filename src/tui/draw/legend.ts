import { AGENT_STATUSES } from '../../protocol/index.js';
import { agentSign } from '../../view/index.js';

/** What the glyphs of agents mean: `● active  ◐ busy  …`. */
export const AGENT_LEGEND: string = AGENT_STATUSES.map((status) => `${agentSign(status).glyph} ${status}`).join('  ');
