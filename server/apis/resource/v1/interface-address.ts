import { invalid, type FieldError } from '../../../machinery/field-errors.ts'
import { canonicalAddress, parseCidr, type Cidr } from '../../../machinery/ip.ts'

/** An address of a network interface with its prefix, in its one spelling (apimachinery `util/validation/ip.go`, IsValidInterfaceAddress). */
export function checkInterfaceAddress(errors: FieldError[], text: string, path: string): void {
  const cidr = parseCidr(text)
  if (cidr === undefined) {
    errors.push(invalid(path, text, 'must be a valid address in CIDR form, (e.g. 10.9.8.7/24 or 2001:db8::1/64)'))
    return
  }
  const canonical = canonicalOf(cidr, text)
  if (text !== canonical) errors.push(invalid(path, text, `must be in canonical form ("${canonical}")`))
}

function canonicalOf({ family, bits, mapped, prefix }: Cidr, text: string): string {
  if (family === 6) return `${canonicalAddress(text.slice(0, text.indexOf('/')))}/${prefix}`
  const address = [24n, 16n, 8n, 0n].map((shift) => String((bits >> shift) & 0xffn)).join('.')
  // A prefix of a mapped address counts the bits before it.
  return `${address}/${mapped && prefix > 32 ? prefix - 96 : prefix}`
}
