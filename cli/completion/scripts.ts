/** The completion script of each shell: asks `meseta completion words` what may stand in the place of the last word. */
export const SCRIPTS: Readonly<Record<string, string>> = {
  bash: `_meseta() {
  local IFS=$'\\n'
  COMPREPLY=($(meseta completion words -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null))
}
complete -o default -F _meseta meseta
`,
  zsh: `#compdef meseta
_meseta() {
  local -a found
  found=("\${(@f)$(meseta completion words -- "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  if [[ -n "$found" ]]; then compadd -a found; else _files; fi
}
compdef _meseta meseta
`,
  fish: `complete -c meseta -a '(meseta completion words -- (commandline -opc)[2..] (commandline -ct) 2>/dev/null)'
`,
};
