import { execFileSync } from 'node:child_process'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { shellQuote } from './shell-quote.ts'

describe('one argument for a shell', () => {
  test.each<[NodeJS.Platform, string, string]>([
    ['linux', '/home/me/.local/share/binnacle/kubeconfig', '/home/me/.local/share/binnacle/kubeconfig'],
    ['darwin', '/Users/me/Library/Application Support/Binnacle/kubeconfig', "'/Users/me/Library/Application Support/Binnacle/kubeconfig'"],
    ['linux', "/home/o'hara/kube", "'/home/o'\\''hara/kube'"],
    ['linux', '~/kube', "'~/kube'"],
    ['linux', '', "''"],
    ['linux', 'arn:aws:eks:eu-1:12:cluster/dev', 'arn:aws:eks:eu-1:12:cluster/dev'],
    ['win32', 'C:\\Users\\me\\AppData\\Local\\Binnacle\\kubeconfig', 'C:\\Users\\me\\AppData\\Local\\Binnacle\\kubeconfig'],
    ['win32', 'C:\\Users\\Jo Doe\\kubeconfig', '"C:\\Users\\Jo Doe\\kubeconfig"'],
    ['win32', 'C:\\Jo Doe\\', '"C:\\Jo Doe\\\\"'],
    ['win32', "C:\\o'hara\\k", '"C:\\o\'hara\\k"'],
    ['win32', "C:\\$x o'y\\k", "'C:\\$x o''y\\k'"],
    ['win32', '', '""'],
  ])('on %s %j is %s', (platform, argument, quoted) => expect(shellQuote(argument, platform)).toBe(quoted))

  test.skipIf(process.platform === 'win32')('what sh reads is what was meant, whatever it is', () => {
    const texts = fc.sample(fc.array(fc.oneof(fc.string(), fc.constantFrom("'", '$x', '`', '\\', '"', '\n', '~', '!')), { maxLength: 5 }), {
      numRuns: 300,
      seed: 1,
    })
    const wanted = texts.map((t) => t.join('').replaceAll('\0', ''))
    const script = wanted.map((t) => `printf '%s\\0' ${shellQuote(t, 'linux')}`).join('\n')
    expect(execFileSync('/bin/sh', ['-c', script]).toString().split('\0').slice(0, -1)).toEqual(wanted)
  })
})
