import { readFileSync } from 'node:fs'
import { createSecureContext } from 'node:tls'
import { certificateIds } from './authn/request-header.ts'
import type { ApiServerOptions } from './control-plane/options.ts'
import type { Options } from './options/parse.ts'
import type { Certificates } from './serving/certificates.ts'

/** The files of `kubeletsOf`. */
export const kubeletFiles = ({ kubelets: k }: Options): string[] =>
  given(k.kubeletClientCertificate, k.kubeletClientKey, k.kubeletCertificateAuthority)

/** The files of `frontProxyOf`. */
export const frontProxyFiles = ({ credentials: c }: Options): string[] => given(c.proxyClientCertFile, c.proxyClientKeyFile)

const given = (...files: readonly string[]): string[] => files.filter((file) => file !== '')

/**
 * How kubelets are reached, as the flags say; nodes of this process know the server's own certificate.
 * @throws Error for files that do not fit each other or are none of certificates
 */
export function kubeletsOf(o: Options, { kubeletClient: own }: Certificates): ApiServerOptions['kubelets'] {
  const { kubeletClientCertificate, kubeletClientKey, kubeletCertificateAuthority, kubeletPreferredAddressTypes } = o.kubelets
  return {
    ...(kubeletClientCertificate === '' ? own : pairOf(kubeletClientCertificate, kubeletClientKey)),
    ...(kubeletCertificateAuthority === '' ? {} : { ca: authoritiesOf(kubeletCertificateAuthority) }),
    ...{ own, preferredAddressTypes: kubeletPreferredAddressTypes },
  }
}

/**
 * What extension API servers see, and the CA that they are told to know it by: with a certificate of the user's, the user's.
 * @throws as `kubeletsOf`
 */
export function frontProxyOf(o: Options, c: Certificates): ApiServerOptions['frontProxy'] {
  const { proxyClientCertFile, proxyClientKeyFile } = o.credentials
  if (proxyClientCertFile !== '') return { ...pairOf(proxyClientCertFile, proxyClientKeyFile), ca: undefined }
  const isAlone = o.local.onlyGivenAuthorities && o.authentication.requestHeaderClientCaFile !== ''
  return isAlone ? { ...c.frontProxy, ca: undefined } : c.frontProxy
}

function pairOf(certFile: string, keyFile: string): { cert: string; key: string } {
  const pair = { cert: readFileSync(certFile, 'utf8'), key: readFileSync(keyFile, 'utf8') }
  createSecureContext(pair)
  return pair
}

/** One that is empty for a moment is being written (client-go `transport/ca_rotation.go`). */
function authoritiesOf(file: string): string {
  const pem = readFileSync(file, 'utf8')
  if (certificateIds(pem).size === 0) throw new Error(`${file} has no certificates`)
  return pem
}
