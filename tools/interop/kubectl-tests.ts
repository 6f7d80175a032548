import { spawn, spawnSync } from 'node:child_process'
import {
  chmodSync,
  closeSync,
  cpSync,
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { endWithThis } from '../bench/contestants.ts'
import { nodeBin, root, say } from '../setup.mjs'

/**
 * `npm run interop -- --kubectl [--theirs] [--only=NAMES]`: Kubernetes' own tests of kubectl (test/cmd of its module: some 1,800 checks of
 * what commands print and leave behind) against the drop-in with an etcd and an unmodified kube-controller-manager; with `--theirs` against
 * kube-apiserver. NAMES are those of its functions: "pod apply" for run_pod_tests and run_apply_tests.
 */
const MODULE = 'k8s.io/kubernetes@v1.37.2'
const COPIED = ['hack', 'test/cmd', 'test/fixtures', 'test/e2e/testing-manifests', 'cluster', 'third_party', 'api']
const PROGRAMS = ['kubectl', 'kube-controller-manager', 'etcd'] as const
/** Programs: a module's archive does not keep that they may be run. */
const RUN = ['hack/**/*.sh', 'test/cmd/*.sh', 'third_party/**/*.sh', 'test/fixtures/pkg/kubectl/plugins/**/kubectl-*']
const CONVERT = 'kubectl-convert'

interface Change {
  readonly file: string
  readonly from: string
  readonly to: string
  readonly why: string
}
const CHANGES: readonly Change[] = [
  {
    file: 'test/cmd/generic-resources.sh',
    from: 'https://raw.githubusercontent.com/kubernetes/kubernetes/master/hack/testdata/multi-resource-yaml.yaml',
    to: 'hack/testdata/multi-resource-yaml.yaml',
    why: 'nothing is loaded from other machines',
  },
]
const WITHOUT_CONVERT: Change = {
  file: 'test/cmd/legacy-script.sh',
  from: 'record_command run_convert_tests',
  to: ': record_command run_convert_tests',
  why: `${CONVERT} is not there`,
}

const FAIL_ANYWHERE: ReadonlyMap<string, string> = new Map([
  ['record_command_canary', 'it is there to fail'],
  ['run_kuberc_tests', 'kubectl 1.37.2 says of an empty kuberc what they want to read with -v=5 only'],
])

function prepare(dir: string, assets: string, kubeApiserver: string): void {
  const { status, stdout, stderr } = spawnSync('go', ['mod', 'download', '-json', MODULE], { encoding: 'utf8' })
  if (status !== 0) throw new Error(`the source of ${MODULE} is needed: ${stderr || stdout}`)
  const source = (JSON.parse(stdout) as { Dir: string }).Dir
  for (const folder of COPIED) cpSync(join(source, folder), join(dir, folder), { recursive: true })
  for (const path of globSync('**/*', { cwd: dir, withFileTypes: true }))
    chmodSync(join(path.parentPath, path.name), path.isDirectory() ? 0o755 : 0o644)
  for (const path of globSync(RUN, { cwd: dir })) chmodSync(join(dir, path), 0o755)
  const bin = join(dir, '_output/bin')
  mkdirSync(bin, { recursive: true })
  for (const program of PROGRAMS) symlinkSync(join(assets, program), join(bin, program))
  symlinkSync(kubeApiserver, join(bin, 'kube-apiserver'))
  const hasConvert = existsSync(join(assets, CONVERT))
  if (hasConvert) symlinkSync(join(assets, CONVERT), join(bin, CONVERT))
  // The programs are built already.
  writeFileSync(join(bin, 'make'), '#!/bin/sh\n', { mode: 0o755 })
  for (const { file, from, to, why } of hasConvert ? CHANGES : [...CHANGES, WITHOUT_CONVERT]) {
    const path = join(dir, file)
    const text = readFileSync(path, 'utf8')
    if (!text.includes(from)) throw new Error(`${file} has changed: ${from} is not in it (${why})`)
    writeFileSync(path, text.replaceAll(from, to))
    say(`${file}: ${why}`)
  }
}

/** @returns how many of its functions found something wrong, or 1 when it did not come to its end */
export async function playKubectlTests(assets: string, only: string, theirs: boolean): Promise<number> {
  const dir = mkdtempSync(join(tmpdir(), 'binnacle-kubectl-'))
  const log = join(dir, 'log')
  const dropIn = spawnSync(nodeBin, [join(root, 'tools/envtest.ts')], { encoding: 'utf8' })
  prepare(dir, assets, join(theirs ? assets : dropIn.stdout.trim(), 'kube-apiserver'))
  const out = openSync(log, 'w')
  const child = spawn(join(dir, 'hack/make-rules/test-cmd.sh'), {
    cwd: dir,
    stdio: ['ignore', out, out],
    env: {
      ...process.env,
      PATH: `${join(dir, '_output/bin')}:${process.env.PATH}`,
      // kubectl compares its version with the server's, which names who built it.
      ALLOW_SKEW: '1',
      ARTIFACTS: join(dir, 'artifacts'),
      ...(only === '' ? {} : { WHAT: only }),
    },
  })
  closeSync(out)
  endWithThis(child)
  await new Promise((resolve) => child.once('close', resolve))
  const text = readFileSync(log, 'utf8')
  const failed = new Set([...text.matchAll(/^Error when running (\S+)/gm)].map(([, name]) => name!))
  for (const name of failed)
    say(`${FAIL_ANYWHERE.has(name) ? 'left out' : 'FAULT'} ${name}${FAIL_ANYWHERE.has(name) ? `: ${FAIL_ANYWHERE.get(name)}` : ''}`)
  const functions = new Set([...text.matchAll(/^Running command: (run_\S+)/gm)].map(([, name]) => name)).size
  const checks = text.match(/Successful/g)?.length ?? 0
  const passed = functions - [...failed].filter((name) => name.startsWith('run_')).length
  for (const name of FAIL_ANYWHERE.keys()) failed.delete(name)
  say(`${passed} of ${functions} functions, ${checks} checks passed`)
  const isWhole = /TESTS PASSED|^FAILED TESTS/m.test(text)
  const faults = isWhole ? failed.size : Math.max(failed.size, 1)
  if (faults === 0) rmSync(dir, { recursive: true, force: true })
  else say(`what it printed is in ${log}`)
  return faults
}
