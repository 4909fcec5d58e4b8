import { shortSpan } from '../../view/index.js';
import { BLANK, type Line, line } from '../draw/lines.js';
import type { Model, Size } from '../model.js';

/** The body before anything has come from a server: what is missing, and what to do. */
export function waitingBody({ data, options }: Model, size: Size): Line[] {
  const lines = textOf(data.link, options.startCommand, data.now);
  const above = Math.max(0, Math.floor((size.rows - lines.length) / 3));
  return [...Array.from({ length: above }, () => BLANK), ...lines];
}

function textOf(link: Model['data']['link'], start: string, now: number): Line[] {
  switch (link.name) {
    case 'no-server':
      return [
        line(['bad', '  ✕ '], ['strong', 'No server answers.']),
        line('    ', link.reason),
        BLANK,
        line('    Start one:           ', ['accent', start]),
        line('    or look at a demo:   ', ['accent', 'mc serve --demo']),
        line('    or run one in here:  ', ['accent', 'mc status --embedded']),
        ...(link.hint === null ? [] : [BLANK, line('    ', ['dim', link.hint])]),
        BLANK,
        line([
          'dim',
          `    Trying again in ${shortSpan(Math.max(0, link.retryAt - now))} (attempt ${link.attempt}). r tries now, q leaves.`,
        ]),
      ];
    case 'closed':
      return [
        line(['bad', '  ✕ '], ['strong', 'The server refuses these credentials.']),
        line('    ', link.reason),
        BLANK,
        line(
          '    A token is made with ',
          ['accent', 'mc token create'],
          ' and given with ',
          ['accent', '--token'],
          ' or ',
          ['accent', 'MC_TOKEN'],
          '.',
        ),
        BLANK,
        line(['dim', '    r tries again, q leaves.']),
      ];
    case 'reconnecting':
      return [
        line(['warn', '  ◌ '], ['strong', 'The server is there, its event stream does not answer.']),
        ...(link.reason === undefined ? [] : [line('    ', link.reason)]),
        line(['dim', `    Trying again in ${shortSpan(Math.max(0, link.retryAt - now))} (attempt ${link.attempt}).`]),
      ];
    default:
      return [line(['accent', '  ◌ '], 'connecting…')];
  }
}
