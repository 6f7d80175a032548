import { invalid, required, type FieldError } from '../../../machinery/field-errors.ts'
import { dns1123SubdomainErrors, regexText } from '../../../machinery/names.ts'
import { invalidTexts } from './checks.ts'

const HTTP_PATH = "[A-Za-z0-9/\\-._~%!$&'()*+,;=:]+"
const httpPath = new RegExp(`^${HTTP_PATH}$`)

/** `acme.io/foo`, as controllers are named (apimachinery util/validation, IsDomainPrefixedPath). */
export function checkDomainPrefixedPath(errors: FieldError[], value: string, at: string): void {
  if (value === '') {
    errors.push(required(at))
    return
  }
  const slash = value.indexOf('/')
  const [host, path] = [value.slice(0, Math.max(slash, 0)), value.slice(slash + 1)]
  if (slash <= 0 || path === '') {
    errors.push(invalid(at, value, 'must be a domain-prefixed path (such as "acme.io/foo")'))
    return
  }
  invalidTexts(errors, at, host, dns1123SubdomainErrors(host))
  if (!httpPath.test(path)) errors.push(invalid(at, path, regexText('Invalid path', HTTP_PATH)))
}
