// Of these no shell takes any for more than itself. On Windows the backslash and drive letters are among them.
const plainPosix = /^[\w@%+=:,./-]+$/
const plainWindows = /^[\w@+=:,./\\-]+$/

/**
 * One argument as a person pastes it into the shell of `platform`: POSIX shells; on Windows cmd and PowerShell alike, except for
 * arguments with `$`, backtick or `%`, which the two read in different ways: those are quoted for PowerShell.
 */
export function shellQuote(argument: string, platform: NodeJS.Platform = process.platform): string {
  if (platform !== 'win32') return plainPosix.test(argument) ? argument : `'${argument.replaceAll("'", "'\\''")}'`
  if (plainWindows.test(argument)) return argument
  // PowerShell takes typographic quotes for quotes.
  if (/[$`%"\u2018-\u201e]/.test(argument)) return `'${argument.replace(/['\u2018-\u201b]/g, '$&$&')}'`
  return `"${argument.replace(/\\+$/, '$&$&')}"`
}
