import { FlagValueError, parsers } from './flag.ts'

/** What `--version` asks for: the version as text or as Go prints its fields, or that another one is reported (component-base, version/verflag). */
export type VersionWish = { readonly print: 'text' | 'raw' } | { readonly report: string } | undefined

/**
 * Reads its value.
 * @param release as in `v1.37.2`: what is reported may differ from it in pre-release and build only
 * @throws {FlagValueError}
 */
export function parseVersionFlag(text: string, release: string): VersionWish {
  if (text === 'raw') return { print: 'raw' }
  if (!text.startsWith('v')) return parsers.bool(text) ? { print: 'text' } : undefined
  const [, numbers = '', extra = ''] = /^\s*v?([0-9]+(?:\.[0-9]+)*)(.*)$/s.exec(text) ?? fail(`could not parse ${quote(text)} as version`)
  const parts = numbers.split('.')
  if (parts.length !== 3) fail(`illegal version string ${quote(text)}`)
  for (const part of parts) refuseZeros(part, text)
  if (extra !== '') {
    const [, preRelease = ''] =
      /^(?:-([0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?(?:\+([0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?\s*$/.exec(extra) ??
      fail(`could not parse pre-release/metadata (${extra}) in version ${quote(text)}`)
    for (const part of preRelease.split('.')) if (/^\d+$/.test(part)) refuseZeros(part, text)
  }
  if (`v${numbers}` !== release.replace(/[-+].*/, ''))
    fail(`version ${quote(text)} must match major/minor/patch of default version ${quote(release)}`)
  return { report: text }
}

const quote = (text: string): string => JSON.stringify(text)

function refuseZeros(part: string, text: string): void {
  if (part.startsWith('0') && part !== '0') fail(`illegal zero-prefixed version component ${quote(part)} in ${quote(text)}`)
}

function fail(message: string): never {
  throw new FlagValueError(message)
}
