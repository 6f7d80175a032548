import { resolve } from 'node:path'
import { createHttpTransport } from '../client/http-transport.ts'
import { createRest } from '../client/rest.ts'
import { formatTime, type Clock } from '../machinery/clock.ts'
import { writePrivateFile } from '../serving/files.ts'
import { grant, type Granted } from './grant.ts'
import { readSource, type Source } from './kubeconfig-source.ts'
import { parseAccess, type AccessOptions } from './options.ts'

export interface CommandIo {
  readonly clock: Clock
  out(text: string): void
  err(text: string): void
}

/** `binnacle kubeconfig`. Resolves with the exit code. */
export async function kubeconfigCommand(argv: readonly string[], io: CommandIo): Promise<number> {
  const parsed = parseAccess(argv)
  if ('text' in parsed) io.out(`${parsed.text}\n`)
  else if ('error' in parsed) io.err(`${parsed.error}\n`)
  else {
    try {
      await run(parsed.options, io)
      return 0
    } catch (e) {
      io.err(`${e instanceof Error ? e.message : String(e)}\n`)
    }
  }
  return 'text' in parsed ? 0 : 1
}

async function run(o: AccessOptions, { clock, out, err }: CommandIo): Promise<void> {
  const source = readSource(resolve(o.kubeconfig), o.context)
  const transport = createHttpTransport(source.transport)
  try {
    const rest = createRest(transport, { userAgent: 'binnacle-kubeconfig/v1', clock })
    const granted = await grant(rest, o.person, (ms) => new Promise((done) => void clock.setTimeout(done, ms)))
    const text = kubeconfigText(o, source, granted)
    if (o.output === '') out(text)
    else writePrivateFile(resolve(o.output), text)
    err(`good until ${formatTime(granted.until)}\n`)
  } finally {
    await transport.close()
  }
}

const base64 = (text: string): string => Buffer.from(text, 'utf8').toString('base64')

/** With everything in it. JSON is YAML, and needs no quoting rules of its own. */
export function kubeconfigText({ person, server }: AccessOptions, { cluster, clusterName }: Source, { user }: Granted): string {
  const { name, namespace } = person
  const credentials = 'token' in user ? user : { 'client-certificate-data': base64(user.cert), 'client-key-data': base64(user.key) }
  const context = `${name}@${clusterName}`
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: clusterName, cluster: { ...cluster, ...(server === '' ? {} : { server }) } }],
    users: [{ name, user: credentials }],
    contexts: [{ name: context, context: { cluster: clusterName, user: name, ...(namespace === '' ? {} : { namespace }) } }],
    'current-context': context,
  }
  return `${JSON.stringify(config, null, 2)}\n`
}
