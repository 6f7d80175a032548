import { BAD_LEVEL, BAD_VERSION, parseLevel, parseVersion, type LevelVersion, type Mode, type Policy } from '../apis/pod-security/policy.ts'
import { duplicate, invalid, type FieldError } from '../machinery/field-errors.ts'
import { objectAt, textAt, textsAt } from '../machinery/json-walk.ts'
import { dns1123LabelErrors, dns1123SubdomainErrors } from '../machinery/names.ts'
import type { PodSecurityConfiguration } from './pod-security.ts'

const GROUP = 'pod-security.admission.config.k8s.io'
const VERSIONS = ['v1', 'v1beta1', 'v1alpha1'].map((v) => `${GROUP}/${v}`)
const KIND = 'PodSecurityConfiguration'

/**
 * A PodSecurityConfiguration as it stands in a file (pod-security-admission `admission/api`, its defaults and validation).
 * @throws Error of one sentence, in upstream's words for a value that is wrong
 */
export function readPodSecurityConfiguration(value: unknown): PodSecurityConfiguration {
  const [apiVersion, kind] = [textAt(value, 'apiVersion'), textAt(value, 'kind')]
  if (kind !== KIND || !VERSIONS.includes(apiVersion)) {
    throw new Error(`no kind ${JSON.stringify(kind)} is registered for version ${JSON.stringify(apiVersion)}`)
  }
  const errors: FieldError[] = []
  const read = <T>(field: string, otherwise: string, parse: (text: string) => T | undefined, bad: string): T => {
    const text = textAt(value, `defaults.${field}`) || otherwise
    const parsed = parse(text)
    if (parsed === undefined) errors.push(invalid(`defaults.${field}`, text, bad))
    return parsed as T
  }
  const of = (mode: Mode): LevelVersion => ({
    level: read(mode, 'privileged', parseLevel, BAD_LEVEL),
    version: read(`${mode}-version`, 'latest', parseVersion, BAD_VERSION),
  })
  // In upstream's order.
  const [enforce, warn, audit] = [of('enforce'), of('warn'), of('audit')]
  const defaults: Policy = { enforce, audit, warn }
  const list = (field: string, check: (text: string) => readonly string[]): readonly string[] => {
    const texts = objectAt(value, 'exemptions') === undefined ? [] : textsAt(value, `exemptions.${field}`)
    const seen = new Set<string>()
    texts.forEach((text, i) => {
      const at = `exemptions.${field}[${i}]`
      const wrong = typeof text === 'string' ? check(text) : ['must be a string']
      if (wrong.length > 0) errors.push(invalid(at, text, wrong.join(', ')))
      else if (seen.has(text)) errors.push(duplicate(at, text))
      else seen.add(text)
    })
    return texts
  }
  const namespaces = list('namespaces', dns1123LabelErrors)
  const runtimeClasses = list('runtimeClasses', dns1123SubdomainErrors)
  const usernames = list('usernames', (name) => (name === '' ? ['username must not be empty'] : []))
  if (errors.length > 0) {
    const texts = errors.map((e) => `${e.field}: ${e.body}`)
    throw new Error(`PodSecurity invalid: ${texts.length === 1 ? texts[0]! : `[${texts.join(', ')}]`}`)
  }
  return { defaults, exemptions: { usernames, namespaces, runtimeClasses } }
}
