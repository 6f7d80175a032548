import { invalid, type FieldError } from '../../../machinery/field-errors.ts'
import { parseAddress } from '../../../machinery/ip.ts'

/** What an endpoint or an external address may not be (core/validation ValidateEndpointIP). */
export function checkEndpointIp(errors: FieldError[], ip: string, path: string): void {
  const address = parseAddress(ip)
  if (address === undefined) {
    errors.push(invalid(path, ip, 'must be a valid IP address'))
    return
  }
  const { family, bits } = address
  const v4 = family === 4
  if (bits === 0n) errors.push(invalid(path, ip, `may not be unspecified (${ip})`))
  if (v4 ? bits >> 24n === 127n : bits === 1n) errors.push(invalid(path, ip, 'may not be in the loopback range (127.0.0.0/8, ::1/128)'))
  if (v4 ? bits >> 16n === 0xa9fen : bits >> 118n === 0x3fan) {
    errors.push(invalid(path, ip, 'may not be in the link-local range (169.254.0.0/16, fe80::/10)'))
  }
  // Link-local multicast in IPv6 is scope 2, whatever its flags.
  if (v4 ? bits >> 8n === 0xe00000n : bits >> 120n === 0xffn && ((bits >> 112n) & 0xfn) === 2n) {
    errors.push(invalid(path, ip, 'may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)'))
  }
}
