import type { Finder } from './yaml-scanner.ts'

/** A document's directives, as Go's YAML library takes them: it reads YAML 1.1 and nothing else. */
const VERSION = /^\d+\.\d+$/

export interface DirectiveFault {
  readonly why: string
  readonly by: Finder
}

export class Directives {
  #version = false
  readonly #handles = new Set<string>()

  /** Of one line, such as `%YAML 1.1`. */
  fault(source: string): DirectiveFault | undefined {
    if (!/^%[\w-]/.test(source)) return { why: 'could not find expected directive name', by: 'scanner' }
    if (!/^%[\w-]+(?:\s|$)/.test(source)) return { why: 'found unexpected non-alphabetical character', by: 'scanner' }
    const [name, value = ''] = source.trim().split(/[ \t]+/)
    if (name === '%YAML') return this.#versionFault(value)
    if (name !== '%TAG') return { why: 'found unknown directive name', by: 'scanner' }
    if (this.#handles.has(value)) return { why: 'found duplicate %TAG directive', by: 'parser' }
    this.#handles.add(value)
    return undefined
  }

  #versionFault(version: string): DirectiveFault | undefined {
    if (!/^\d/.test(version)) return { why: 'did not find expected version number', by: 'scanner' }
    if (!VERSION.test(version)) return { why: "did not find expected digit or '.' character", by: 'scanner' }
    if (this.#version) return { why: 'found duplicate %YAML directive', by: 'parser' }
    this.#version = true
    return version === '1.1' ? undefined : { why: 'found incompatible YAML document', by: 'parser' }
  }
}
