interface Common {
  description: string;
  /**
   * Opens a door (who may connect, who may do what, which files may be read): taken from flags, environment and the
   * user's own file, never from the workspace's file, which agents can write.
   */
  door?: true;
  /** Not shown by `mc config show` in the clear. */
  secret?: true;
  /** Names a file, from the directory in which a command is called: for a server that runs elsewhere it is made absolute. */
  path?: true;
}

/** What a setting is: what it holds, how it is written, and who may give it. */
export type Definition = Common &
  (
    | { kind: 'string'; default: string | null }
    | { kind: 'choice'; choices: readonly string[]; default: string }
    | { kind: 'integer'; min: number; max: number; default: number }
    | { kind: 'number'; min: number; max: number; default: number }
    /** Written `90s`, held in milliseconds. */
    | { kind: 'duration'; min: number; max: number; default: number }
    | { kind: 'boolean'; default: boolean }
    /** `words`: all that may stand in it; absent: any text. */
    | { kind: 'list'; default: readonly string[]; words?: readonly string[] }
  );
