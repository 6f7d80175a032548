import { execFileSync } from 'node:child_process'
import { expect, test } from 'vitest'

/** The modules of Node that a program has loaded when it has imported this one. */
function loaded(module: string): string[] {
  const script = `await import(${JSON.stringify(new URL(module, import.meta.url).href)}); console.log(JSON.stringify(process.moduleLoadList)); process.exit()`
  const text = execFileSync(process.execPath, ['--input-type=module', '--eval', script], { encoding: 'utf8', maxBuffer: 1 << 24 })
  return JSON.parse(text) as string[]
}
const FETCH = 'NativeModule internal/deps/undici/undici'

test.each(['../control-plane.ts', '../workloads.ts'])('%s does not make Node load its fetch', (module) => {
  const modules = loaded(module)
  expect(modules).toContain('NativeModule http')
  expect(modules).not.toContain(FETCH)
})
