/** What `iobert --help` and the help of each command print, as the page of the command line shows it. */
import { commands } from '#dist/cli/commands.js'
import { command } from '#dist/cli/recognize.js'

/** `help-mask` and so on, by the command's name. */
export const help: Readonly<Record<string, () => Promise<string[]>>> = {
  'help-iobert': async () => linesOf(command.help),
  ...Object.fromEntries(
    [...commands].map(([name, { load }]) => [
      `help-${name}`,
      async (): Promise<string[]> => linesOf((await load()).command.help),
    ]),
  ),
}

function linesOf(page: string): string[] {
  return page.trimEnd().split('\n')
}
