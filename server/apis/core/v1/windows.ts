import { invalid, invalidNamed, type FieldError } from '../../../machinery/field-errors.ts'
import { byteLength, dns1123SubdomainErrors } from '../../../machinery/names.ts'
import { invalidNamedTexts } from './checks.ts'
import type { Container, PodSpec, WindowsOptions } from './types.ts'

/** Windows options of containers and pods (core/validation validateWindowsSecurityContextOptions, validateWindowsHostProcessPod). */
const MAX_GMSA_KIB = 64
const DNS_LABEL = '[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?'
const dnsDomain = new RegExp(`^${DNS_LABEL}(?:\\.${DNS_LABEL})*$`)
const netBios = /^[^\\/:*?"<>|.][^\\/:*?"<>|]{0,14}$/
const control = /\p{Cc}/u
const userCharacters = /["/\\:;|=,+*?<>@[\]]/
const dotsAndSpaces = /^[. ]+$/

export function validateWindowsOptions(errors: FieldError[], options: WindowsOptions | undefined, path: string): void {
  if (!options) return
  const { gmsaCredentialSpecName: specName, gmsaCredentialSpec: spec, runAsUserName } = options
  if (specName !== undefined) invalidNamedTexts(errors, `${path}.gmsaCredentialSpecName`, specName, dns1123SubdomainErrors(specName))
  if (spec === '') errors.push(invalidNamed(`${path}.gmsaCredentialSpec`, spec, 'gmsaCredentialSpec cannot be an empty string'))
  else if (spec !== undefined && byteLength(spec) > MAX_GMSA_KIB * 1024) {
    errors.push(invalidNamed(`${path}.gmsaCredentialSpec`, spec, `gmsaCredentialSpec size must be under ${MAX_GMSA_KIB} KiB`))
  }
  if (runAsUserName !== undefined) invalidNamedTexts(errors, `${path}.runAsUserName`, runAsUserName, userNameErrors(runAsUserName))
}

function userNameErrors(name: string): string[] {
  if (name === '') return ['runAsUserName cannot be an empty string']
  if (control.test(name)) return ['runAsUserName cannot contain control characters']
  const parts = name.split('\\')
  if (parts.length > 2) return ['runAsUserName cannot contain more than one backslash']
  const domain = parts.length === 2 ? parts[0]! : undefined
  const user = parts.at(-1)!
  const texts: string[] = []
  if (domain !== undefined && byteLength(domain) >= 256) texts.push("runAsUserName's Domain length must be under 256 characters")
  if (domain !== undefined && !netBios.test(domain) && !dnsDomain.test(domain)) {
    texts.push("runAsUserName's Domain doesn't match the NetBios nor the DNS format")
  }
  if (user === '') texts.push("runAsUserName's User cannot be empty")
  else if (byteLength(user) > 104) texts.push("runAsUserName's User length must not be longer than 104 characters")
  if (dotsAndSpaces.test(user)) texts.push("runAsUserName's User cannot contain only periods or spaces")
  if (userCharacters.test(user)) texts.push('runAsUserName\'s User cannot contain the following characters: "/\\:;|=,+*?<>@[]')
  return texts
}

/** All containers of a pod are host processes, or none. */
export function validateHostProcess(
  errors: FieldError[],
  spec: PodSpec,
  visit: (f: (c: Container, path: string) => void) => void,
  path: string,
): void {
  const pod = spec.securityContext?.windowsOptions?.hostProcess
  let count = 0
  let hostProcesses = 0
  visit((c, at) => {
    count++
    const own = c.securityContext?.windowsOptions?.hostProcess
    if (pod !== undefined && own !== undefined && pod !== own) {
      const text = `pod hostProcess value must be identical if both are specified, was ${pod}`
      errors.push(invalid(`${at}.securityContext.windowsOptions.hostProcess`, own, text))
    }
    if (own ?? pod ?? false) hostProcesses++
  })
  if (hostProcesses === 0) return
  if (hostProcesses !== count) {
    const text = 'If pod contains any hostProcess containers then all containers must be HostProcess containers'
    errors.push(invalid(path, '', text))
  }
  if (!spec.hostNetwork) {
    errors.push(invalid(`${path}.hostNetwork`, false, 'hostNetwork must be true if pod contains any hostProcess containers'))
  }
}
