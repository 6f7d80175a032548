import http2 from 'node:http2'
import { webcrypto } from 'node:crypto'
import type { AddressInfo } from 'node:net'
import 'reflect-metadata'
import * as x509 from '@peculiar/x509'

export interface TestRequest {
  method: string
  path: string
  query: URLSearchParams
  headers: Record<string, string | string[] | undefined>
  body: string
}

/** What a scripted handler answers; `stream` is called with the open response to write watch frames. */
export interface TestAnswer {
  status?: number
  headers?: Record<string, string>
  json?: unknown
  stream?: (write: (frame: unknown) => void, end: () => void) => void
}

export interface TestServer {
  url: string
  ca: string
  requests: TestRequest[]
  /** HTTP/2 connections that are open. */
  connections(): number
  /** Breaks every open connection, as a restart does. */
  drop(): void
  close(): Promise<void>
}

/** A certificate that is its own authority. */
export async function selfSigned(name: string, names: x509.JsonGeneralNames): Promise<{ cert: string; key: string }> {
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }
  x509.cryptoProvider.set(webcrypto as unknown as Parameters<typeof x509.cryptoProvider.set>[0])
  const keys = (await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])) as webcrypto.CryptoKeyPair
  const cert = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: '01',
    name,
    // OpenSSL judges it by a clock of its own: it is good by any.
    notBefore: new Date('2020-01-01'),
    notAfter: new Date('2120-01-01'),
    signingAlgorithm: algorithm,
    keys,
    extensions: [
      new x509.BasicConstraintsExtension(true, 1, true),
      ...(names.length === 0 ? [] : [new x509.SubjectAlternativeNameExtension(names)]),
    ],
  })
  const pkcs8 = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey)).toString('base64')
  return { cert: cert.toString('pem'), key: `-----BEGIN PRIVATE KEY-----\n${pkcs8}\n-----END PRIVATE KEY-----\n` }
}

/** A real HTTP/2 (and, through ALPN, HTTP/1.1) server on a free loopback port whose answers a test scripts. */
export async function startTlsServer(
  handler: (req: TestRequest) => TestAnswer | Promise<TestAnswer>,
  options: { http1Only?: boolean; maxStreams?: number } = {},
): Promise<TestServer> {
  const { cert, key } = await selfSigned('CN=test', [{ type: 'ip', value: '127.0.0.1' }])
  const requests: TestRequest[] = []
  const server = http2.createSecureServer({
    cert,
    key,
    allowHTTP1: true,
    ...(options.maxStreams === undefined ? {} : { settings: { maxConcurrentStreams: options.maxStreams } }),
    ...(options.http1Only === true ? { ALPNProtocols: ['http/1.1'] } : {}),
  })
  const sessions = new Set<http2.ServerHttp2Session>()
  server.on('session', (s) => {
    sessions.add(s)
    s.on('close', () => sessions.delete(s))
  })
  server.on('request', (req, res) => {
    void (async () => {
      let body = ''
      for await (const chunk of req) body += String(chunk)
      const url = new URL(req.url, 'https://x')
      const seen = { method: req.method, path: url.pathname, query: url.searchParams, headers: req.headers, body }
      requests.push(seen)
      const answer = await handler(seen)
      res.writeHead(answer.status ?? 200, { 'content-type': 'application/json', ...answer.headers })
      if (answer.stream === undefined) {
        res.end(answer.json === undefined ? '' : JSON.stringify(answer.json))
        return
      }
      answer.stream(
        (frame) => void res.write(`${JSON.stringify(frame)}\n`),
        () => void res.end(),
      )
    })()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const drop = (): void => {
    for (const s of sessions) s.destroy()
  }
  return {
    url: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
    ca: cert,
    requests,
    connections: () => sessions.size,
    drop,
    close: () => {
      drop()
      return new Promise((resolve) => server.close(() => resolve()))
    },
  }
}
