import { textsAt } from '../machinery/json-walk.ts'
import { creates, updates } from './attributes.ts'
import type { AdmissionPlugin } from './contract.ts'
import { refusal } from './refusal.ts'

const SERVICES = { group: '', resource: 'services' }

/** Services take no external addresses that they do not have already (CVE-2020-8554; plugin/pkg/admission/network/denyserviceexternalips). */
export const denyServiceExternalIPs: AdmissionPlugin = {
  name: 'DenyServiceExternalIPs',
  validate(a) {
    if (!creates(a, SERVICES) && !updates(a, SERVICES)) return
    const old = new Set(textsAt(a.oldObject, 'spec.externalIPs'))
    if (textsAt(a.object, 'spec.externalIPs').some((ip) => !old.has(ip)))
      throw refusal(a, 'Use of external IPs is denied by admission control')
  },
}
