import { expect, test } from 'vitest'
import type { Gateway } from './contract.ts'
import { connectShell, takeShellSecret } from './shell.ts'

function gateway(added: string[]): Gateway {
  return {
    url: 'http://127.0.0.1:1',
    port: 1,
    sessionUrl: 'http://127.0.0.1:1/?session=once',
    newSessionUrl: () => '',
    addKubeconfig: (file) => added.push(file),
    close: async () => {},
  }
}

test('announces the gateway and does what the shell asks', () => {
  const posted: unknown[] = []
  const added: string[] = []
  let shutdowns = 0
  let say: (event: { data: unknown }) => void = () => {}
  const port = { postMessage: (m: unknown) => posted.push(m), on: (_: 'message', l: typeof say) => (say = l) }
  expect(connectShell(gateway(added), () => shutdowns++, port)).toBe(true)
  expect(posted).toEqual([{ type: 'gateway', url: 'http://127.0.0.1:1', sessionUrl: 'http://127.0.0.1:1/?session=once' }])
  for (const data of [null, 'shutdown', { type: 'kubeconfig' }, { type: 'kubeconfig', file: '/k' }, { type: 'shutdown' }]) say({ data })
  expect([added, shutdowns]).toEqual([['/k'], 1])
})

test('without a shell there is nothing to tell', () => {
  expect(connectShell(gateway([]), () => {})).toBe(false)
})

test('the secret is taken out of the environment', () => {
  const env = { BINNACLE_SESSION_SECRET: 'x', PATH: '/bin' }
  expect(takeShellSecret(env)).toBe('x')
  expect(env).toEqual({ PATH: '/bin' })
  expect(takeShellSecret(env)).toBeUndefined()
})
