import { isDeepStrictEqual } from 'node:util'
import { semanticEqual } from '../apis/core/v1/semantic-equal.ts'
import type { UserInfo } from '../authn/contract.ts'
import type { Attributes, Authorizer } from '../authz/contract.ts'
import { forbiddenField, invalidObject } from '../machinery/field-errors.ts'
import { parseCertificateRequest } from '../machinery/x509/certification-request.ts'
import type { KubeObject } from '../machinery/types.ts'
import type { AdmissionAttributes, AdmissionPlugin } from './contract.ts'
import { refusal } from './refusal.ts'

interface Request extends KubeObject {
  spec?: { signerName?: string; request?: string }
  status?: { certificate?: string; conditions?: unknown[] }
}

const CLIENT_SIGNER = 'kubernetes.io/kube-apiserver-client'
const isRequest = (a: AdmissionAttributes, subresource: string): boolean =>
  a.resource.resource === 'certificatesigningrequests' && a.resource.group === 'certificates.k8s.io' && a.subresource === subresource

/** Who may use a signer has the right to its name, or to `domain/*`. */
async function maySign(authorizer: Authorizer, user: UserInfo, verb: 'approve' | 'sign' | 'attest', signer: string): Promise<boolean> {
  for (const name of [signer, `${signer.split('/')[0]}/*`]) {
    const attributes: Attributes = {
      ...{ isResourceRequest: true, verb, path: '', apiGroup: 'certificates.k8s.io', apiVersion: '*', namespace: '' },
      ...{ resource: 'signers', subresource: '', name, fieldSelector: '', labelSelector: '' },
    }
    if ((await authorizer.authorize(user, attributes)).decision === 'allow') return true
  }
  return false
}

/** To approve needs the right to approve what the signer signs (plugin/pkg/admission/certificates/approval). */
export const certificateApproval = (authorizer: Authorizer): AdmissionPlugin => ({
  name: 'CertificateApproval',
  validate(a) {
    if (a.operation !== 'UPDATE' || !isRequest(a, 'approval') || a.internal) return
    const signer = (a.oldObject as Request).spec?.signerName ?? ''
    return maySign(authorizer, a.user, 'approve', signer).then((may) => {
      if (!may) throw refusal(a, `user not permitted to approve requests with signerName ${JSON.stringify(signer)}`)
    })
  },
})

/** To give a certificate needs the right to sign in the signer's name (plugin/pkg/admission/certificates/signing). */
export const certificateSigning = (authorizer: Authorizer): AdmissionPlugin => ({
  name: 'CertificateSigning',
  validate(a) {
    if (a.operation !== 'UPDATE' || !isRequest(a, 'status') || a.internal) return
    const [old, next] = [a.oldObject as Request, a.object as Request]
    const same = (old.status?.certificate ?? '') === (next.status?.certificate ?? '')
    if (same && isDeepStrictEqual(old.status?.conditions ?? [], next.status?.conditions ?? [])) return
    const signer = old.spec?.signerName ?? ''
    return maySign(authorizer, a.user, 'sign', signer).then((may) => {
      if (!may) throw refusal(a, `user not permitted to sign requests with signerName ${JSON.stringify(signer)}`)
    })
  },
})

/** The same for requests of pods. There it is a rule of the kind (registry/certificates/podcertificaterequest), which no flag disables. */
export const podCertificateSigning = (authorizer: Authorizer): AdmissionPlugin => ({
  name: 'PodCertificateSigning',
  validate(a) {
    const { group, resource } = a.resource
    if (resource !== 'podcertificaterequests' || group !== 'certificates.k8s.io' || a.subresource !== 'status') return
    if (a.operation !== 'UPDATE' || a.internal) return
    const [old, next] = [a.oldObject as Request, a.object as Request]
    if (isDeepStrictEqual(old.status ?? {}, next.status ?? {})) return
    const signer = old.spec?.signerName ?? ''
    return maySign(authorizer, a.user, 'sign', signer).then((may) => {
      if (may) return
      const why = `User ${JSON.stringify(a.user.name)} is not permitted to "sign" for signer ${JSON.stringify(signer)}`
      throw invalidObject({ group, kind: 'PodCertificateRequest' }, a.name, [forbiddenField('spec.signerName', why)])
    })
  },
})

/** Nobody gets a certificate for system:masters from the signer of clients (plugin/pkg/admission/certificates/subjectrestriction). */
export const certificateSubjectRestriction: AdmissionPlugin = {
  name: 'CertificateSubjectRestriction',
  validate(a) {
    if (a.operation !== 'CREATE' || !isRequest(a, '') || a.internal) return
    const { signerName, request = '' } = (a.object as Request).spec ?? {}
    if (signerName !== CLIENT_SIGNER) return
    let organizations: readonly string[]
    try {
      organizations = parseCertificateRequest(Buffer.from(request, 'base64').toString('latin1')).subject.organizations
    } catch (e) {
      throw refusal(a, `failed to parse CSR: ${e instanceof Error ? e.message : String(e)}`)
    }
    if (organizations.includes('system:masters'))
      throw refusal(a, `use of ${CLIENT_SIGNER} signer with system:masters group is not allowed`)
  },
}

/**
 * To say whom a signer's certificates are to be trusted by needs the right to attest for it (plugin/pkg/admission/certificates/ctbattest).
 * Owners and finalizers are the garbage collector's, who has none.
 */
export const clusterTrustBundleAttest = (authorizer: Authorizer): AdmissionPlugin => ({
  name: 'ClusterTrustBundleAttest',
  validate(a) {
    if (a.resource.resource !== 'clustertrustbundles' || a.resource.group !== 'certificates.k8s.io') return
    if ((a.operation !== 'CREATE' && a.operation !== 'UPDATE') || a.internal) return
    const signer = (a.object as Request).spec?.signerName ?? ''
    if (signer === '') return
    if (a.operation === 'UPDATE' && semanticEqual(withoutCollectors(a.object!), withoutCollectors(a.oldObject!))) return
    return maySign(authorizer, a.user, 'attest', signer).then((may) => {
      if (!may) throw refusal(a, `user not permitted to attest for signerName ${JSON.stringify(signer)}`)
    })
  },
})

const withoutCollectors = ({ metadata, ...rest }: KubeObject): object => ({
  ...rest,
  metadata: { ...metadata, ownerReferences: undefined, finalizers: undefined, managedFields: undefined },
})
