import { readFileSync } from 'node:fs'
import { connect } from 'node:http2'
import { parse } from 'yaml'
import { podName, podNamespace, statusPatch } from './objects.ts'

/*
 * node changes.ts KUBECONFIG RATE PODS: patches the status of RATE pods a second through the API, in small batches every 20 ms, until
 * it is killed. What it could not send for half a second it does not make up for. Writes a Change as a line of JSON each half second.
 * One HTTP/2 connection, as client-go has it: this process shares the machine with what it measures.
 */
const [file = '', rateText = '', podsText = ''] = process.argv.slice(2)
const rate = Number(rateText)
const pods = Number(podsText)
const tickMs = 20
/** More than this under way and the server is the bottleneck: the tick is skipped. */
const mostUnderWay = 200

interface Kubeconfig {
  clusters: { cluster: { server: string; 'certificate-authority-data': string } }[]
  users: { user: { 'client-certificate-data': string; 'client-key-data': string } }[]
}
const config = parse(readFileSync(file, 'utf8')) as Kubeconfig
const cluster = config.clusters[0]?.cluster
const user = config.users[0]?.user
if (!cluster || !user) throw new Error(`${file} names no cluster or no user`)
const decode = (text: string): Buffer => Buffer.from(text, 'base64')
const session = connect(cluster.server, {
  ca: decode(cluster['certificate-authority-data']),
  cert: decode(user['client-certificate-data']),
  key: decode(user['client-key-data']),
})

let made = 0
let failed = 0
let underWay = 0
let next = 0

function change(i: number, n: number): void {
  underWay++
  let ok = false
  const req = session.request({
    ':method': 'PATCH',
    ':path': `/api/v1/namespaces/${podNamespace(i)}/pods/${podName(i)}/status`,
    'content-type': 'application/merge-patch+json',
    accept: 'application/json',
  })
  req.on('response', (headers) => (ok = headers[':status'] === 200))
  req.on('error', () => (ok = false))
  req.once('close', () => {
    underWay--
    if (ok) made++
    else failed++
  })
  req.resume()
  req.end(JSON.stringify(statusPatch(i, n)))
}

// Another run against the same server begins with other values, or it would change nothing.
const turn = Date.now() % 997

let owed = 0
setInterval(() => {
  owed = Math.min(owed + (rate * tickMs) / 1000, rate / 2)
  for (; owed >= 1 && underWay < mostUnderWay; owed--) {
    next += 7
    change(next % pods, (Math.floor(next / 7) + turn) % 997)
  }
}, tickMs)
setInterval(() => process.stdout.write(`${JSON.stringify({ at: Date.now(), made, failed })}\n`), 500)
