import { expect, test } from 'vitest'
import { commandError, commandStatus } from './remote-command-status.ts'
import { TerminalSizes } from './terminal-sizes.ts'

const V4 = 'v4.channel.k8s.io'
const nonZero = (causes?: object[]): string =>
  JSON.stringify({ status: 'Failure', reason: 'NonZeroExitCode', ...(causes === undefined ? {} : { details: { causes } }) })

test.each([
  ['nothing', '', V4, undefined],
  ['success', '{"metadata":{},"status":"Success"}', V4, undefined],
  ['text of an older kubelet', 'it broke', 'v3.channel.k8s.io', 'error executing remote command: it broke'],
  ['text of one that chose nothing', 'it broke', '', 'error executing remote command: it broke'],
  ['a failure', '{"status":"Failure","message":"no such file"}', V4, 'no such file'],
  ['another status', '{"status":"Perhaps"}', V4, 'error stream protocol error: unknown error'],
  ['null', 'null', V4, 'error stream protocol error: unknown error'],
  ['no details', nonZero(), V4, 'error stream protocol error: details must be set'],
  ['no cause', nonZero([{ reason: 'Other', message: '1' }]), V4, 'error stream protocol error: no ExitCode cause given'],
  ['a code too large', nonZero([{ reason: 'ExitCode', message: '256' }]), V4, 'error stream protocol error: invalid exit code value "256"'],
])('%s on the error stream', (_, said, protocol, why) => {
  expect(commandStatus(Buffer.from(said), protocol)).toEqual(why === undefined ? { metadata: {}, status: 'Success' } : commandError(why))
})

test('an exit code keeps its place among the causes', () => {
  const said = nonZero([
    { reason: 'Other', message: 'x' },
    { reason: 'ExitCode', message: '255' },
  ])
  expect(commandStatus(Buffer.from(said), 'v5.channel.k8s.io')).toMatchObject({
    ...{ status: 'Failure', reason: 'NonZeroExitCode', details: { causes: [{ reason: 'ExitCode', message: '255' }] } },
    message: 'command terminated with non-zero exit code: command terminated with exit code 255',
  })
})

test('sizes are read over messages, until something else comes', () => {
  const sizes = new TerminalSizes()
  expect(sizes.read(Buffer.from('{"Width":1,"He'))).toEqual([])
  expect(sizes.read(Buffer.from('ight":2}\n{"height":65535}{"Width":65536}{"Width":3}'))).toEqual([
    '{"Width":1,"Height":2}\n',
    '{"Width":0,"Height":65535}\n',
  ])
  expect(sizes.read(Buffer.from('{"Width":4}'))).toEqual([])
  expect(new TerminalSizes().read(Buffer.alloc(2000, '{'))).toEqual([])
})
