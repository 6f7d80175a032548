import { parseOptions, type Options, type ParseResult, type Program } from '../parse.ts'

export interface CommandLine {
  parse(...argv: string[]): ParseResult
  /** Throws what is wrong with the command line. */
  options(...argv: string[]): Options
  /** Empty: nothing is wrong. */
  errors(...argv: string[]): string[]
}

/** One whose name and version do not matter. */
export const testProgram = { name: 'x', release: 'v1.37.2', version: { text: 'Test v1.37.2', raw: 'Test{}' } }

/** How a program reads its command line, for tests of flags. */
export function commandLine(program: Program = testProgram): CommandLine {
  const parse = (...argv: string[]): ParseResult => parseOptions(argv, program)
  return {
    parse,
    options(...argv) {
      const result = parse(...argv)
      if ('options' in result) return result.options
      throw new Error(JSON.stringify(result))
    },
    errors(...argv) {
      const result = parse(...argv)
      return 'errors' in result ? result.errors : []
    },
  }
}
