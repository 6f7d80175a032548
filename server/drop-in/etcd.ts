import { mkdirSync } from 'node:fs'
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { http } from '../machinery/node-http.ts'
import { DATA_DIR_PATH } from './contract.ts'

/**
 * What stands under the name etcd where there is none: it answers whether it is well, as envtest asks, and lends its data folder to our
 * server, which keeps its embedded store there. Nothing else works with it.
 */
const HELP = `Usage:

  etcd [flags]
    Stands in for etcd where none is installed: health and a folder, no store.

  --data-dir 'default.etcd'
    Folder for the store of the API server.
  --listen-client-urls 'http://localhost:2379'
    URL to listen on.
  --advertise-client-urls, --listen-peer-urls, --unsafe-no-fsync
    Taken, without effect.
`

const { values } = parseArgs({
  strict: false,
  options: {
    'data-dir': { type: 'string', default: 'default.etcd' },
    'listen-client-urls': { type: 'string', default: 'http://localhost:2379' },
    help: { type: 'boolean', short: 'h' },
  },
})

function listen(url: URL, dataDir: string): void {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 })
  const server = http.createServer((req, res) => {
    const answer = (status: number, type: string, text: string): void => void res.writeHead(status, { 'content-type': type }).end(text)
    if (req.url === '/health') answer(200, 'application/json', '{"health":"true","reason":""}')
    else if (req.url === DATA_DIR_PATH) answer(200, 'text/plain', dataDir)
    else answer(501, 'text/plain', 'This is no etcd: only the API server beside it works with it. Install etcd to have one.\n')
  })
  server.once('error', (e) => {
    process.stderr.write(`cannot listen on ${url.href}: ${e.message}\n`)
    process.exit(1)
  })
  server.listen(Number(url.port || 2379), url.hostname)
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => process.exit(0))
}

const urls = String(values['listen-client-urls'])
const first = urls.split(',')[0]!
if (values.help === true) process.stdout.write(HELP)
else if (!URL.canParse(first)) {
  process.stderr.write(`--listen-client-urls: ${JSON.stringify(urls)} is not of the form http://host:port\n`)
  process.exitCode = 1
} else listen(new URL(first), resolve(String(values['data-dir'])))
