import { X509Certificate } from 'node:crypto'
import { invalid, tooLong, type FieldError } from '../../../machinery/field-errors.ts'
import { objectAt, textAt } from '../../../machinery/json-walk.ts'
import { validateSignerName } from '../../core/v1/signer-name.ts'
import { checkImmutable, type Validation } from '../../meta/v1/json-checks.ts'

/** ClusterTrustBundles (apis/certificates, validation): trust anchors, of one signer or of none. */
const MAX_BYTES = 1024 * 1024
const PATH = 'spec.trustBundle'
const OMITTED = '<value omitted>'

const BLOCK = /-----BEGIN ([A-Z0-9 ]+)-----[ \t]*\r?\n([\s\S]*?)-----END \1-----/g

const HEADER = /^[^\s:]+:.*$/m

/** Why a PEM block is no trust anchor, or its DER in base64. */
function anchorOf(type: string, text: string): { why: string } | { der: string } {
  if (type !== 'CERTIFICATE') return { why: `has bad block type: ${type}` }
  if (HEADER.test(text)) return { why: 'has PEM block headers' }
  const der = Buffer.from(text, 'base64')
  try {
    if (!new X509Certificate(der).ca) return { why: 'does not have the CA bit set' }
  } catch {
    return { why: 'does not parse as X.509' }
  }
  return { der: der.toString('base64') }
}

function validateBundle(text: string): FieldError[] {
  if (Buffer.byteLength(text) > MAX_BYTES) return [tooLong(PATH, MAX_BYTES)]
  const errors: FieldError[] = []
  const seen = new Map<string, number[]>()
  for (const [i, [, type = '', body = '']] of [...text.matchAll(BLOCK)].entries()) {
    const anchor = anchorOf(type, body)
    if ('why' in anchor) errors.push(invalid(PATH, OMITTED, `entry ${i} ${anchor.why}`))
    else seen.set(anchor.der, [...(seen.get(anchor.der) ?? []), i])
  }
  if (errors.length > 0) return errors
  if (seen.size === 0) errors.push(invalid(PATH, OMITTED, 'at least one trust anchor must be provided'))
  for (const places of seen.values())
    if (places.length > 1) errors.push(invalid(PATH, OMITTED, `duplicate trust anchor (indices [${places.join(' ')}])`))
  return errors
}

export const validateClusterTrustBundle: Validation = (obj, old) => {
  const errors: FieldError[] = []
  const [spec, before] = [objectAt(obj, 'spec'), old && objectAt(old, 'spec')]
  const signer = textAt(spec, 'signerName')
  if (signer !== '') validateSignerName(errors, signer, 'spec.signerName')
  // An unchanged bundle stays good, whatever parsers think of it by then.
  const text = textAt(spec, 'trustBundle')
  if (before === undefined || text !== textAt(before, 'trustBundle')) errors.push(...validateBundle(text))
  checkImmutable(errors, spec, before, ['signerName'], { path: 'spec.' })
  return errors
}
