/** Shells that completion is written for. */
export const SHELLS = ['bash', 'zsh', 'powershell'] as const;
export type Shell = (typeof SHELLS)[number];

/** The script that a shell reads at its start: it asks `mc complete` at each Tab, and is the same for every version. */
export function shellScript(shell: Shell): string {
  return SCRIPTS[shell];
}

/**
 * Words as the shell takes them back, those that begin as `typed` does. Ids come from agents: what no word on a command
 * line can hold (line ends, controls) is left out, and what the shell would carry out is quoted.
 */
export function shellWords(words: readonly string[], typed: string, shell: Shell): string[] {
  const begin = typed.replace(/^["']/, '');
  const safe = words.filter((word) => word !== '' && !/\p{C}/u.test(word) && word.startsWith(begin));
  return [...new Set(safe)].map((word) => QUOTED[shell](word));
}

/** Nothing in these means anything to a shell. */
const PLAIN = /^[\p{L}\p{N}_./@%+:,=-]+$/u;

const QUOTED: Record<Shell, (word: string) => string> = {
  bash: (word) => (PLAIN.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`),
  // compadd quotes by itself.
  zsh: (word) => word,
  powershell: (word) => (PLAIN.test(word) && !/^[@%]/.test(word) ? word : `'${word.replaceAll(/['‘’‚‛]/g, '$&$&')}'`),
};

const SCRIPTS: Record<Shell, string> = {
  bash: `# Completion of mc for bash. In ~/.bashrc: eval "$(mc autocomplete bash)"
_mc_complete() {
  local word
  COMPREPLY=()
  while IFS= read -r word; do
    COMPREPLY+=("$word")
  done < <("$1" complete --shell bash -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null </dev/null)
}
complete -o bashdefault -o default -F _mc_complete mc`,
  zsh: `#compdef mc
# Completion of mc for zsh. In ~/.zshrc, after compinit: eval "$(mc autocomplete zsh)"
_mc() {
  local -a found
  found=("\${(@f)$("\${(Q)words[1]}" complete --shell zsh -- "\${(@Q)words[2,CURRENT]}" 2>/dev/null </dev/null)}")
  if [[ -n "\${found[1]}" ]]; then compadd -- "\${found[@]}"; else _files; fi
}
compdef _mc mc`,
  powershell: `# Completion of mc for PowerShell. In $PROFILE: mc autocomplete powershell | Out-String | Invoke-Expression
Register-ArgumentCompleter -Native -CommandName mc -ScriptBlock {
  param($word, $ast, $cursor)
  $words = @($ast.CommandElements | Select-Object -Skip 1 | Where-Object { $_.Extent.StartOffset -lt $cursor } | ForEach-Object { $_.Extent.Text })
  $next = if ($word -eq '') { '--next' } else { '--no-next' }
  mc complete --shell powershell $next -- @words 2>$null | ForEach-Object {
    [System.Management.Automation.CompletionResult]::new($_, $_, 'ParameterValue', $_)
  }
}`,
};
