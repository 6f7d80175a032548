import { spawnSync } from 'node:child_process'
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import { hostEnv, hostNodeFlags } from '../host-flags.mjs'
import { endWithThis, freePort, run } from '../bench/contestants.ts'
import { which } from '../programs.ts'
import { nodeBin, root, say } from '../setup.mjs'

/**
 * `npm run interop -- --integration=FOLDER,… [--only=PATTERN]`: Kubernetes' own integration tests (folders of test/integration, such as
 * `apiserver/apply,auth,quota`) against this server with an etcd. They start an API server in their own process: in a copy of the module that is
 * replaced by a start of the drop-in (integration/server.go). Tests that change the configuration of a server in memory are skipped; those of gates,
 * emulated versions and stored bytes that this server does not have fail.
 */
const VERSION = '1.37.2'
const MODULE = 'k8s.io/kubernetes'
const LIMIT_MS = 20 * 60_000

/** What is replaced in a file: from one text up to another, or one text. */
type Edit = readonly [from: string, to: string | undefined, by: string]

const CANNOT_FAIL: Edit = ['.Errorf("Invariant check', undefined, '.Logf("Invariant check']
const EDITS: Readonly<Record<string, readonly Edit[]>> = {
  'cmd/kube-apiserver/app/testing/testserver.go': [
    [
      '\tconfig, err := app.NewConfig(completedOptions)',
      '\tif !instanceOptions.SkipHealthzCheck {',
      `\tloopback, ended, err := StartProgram(tCtx, t, s, namedFlagSets.FlagSets, result.TmpDir, customFlags)
	if err != nil {
		return result, err
	}
	errCh = ended
	client, err := kubernetes.NewForConfig(loopback)
	if err != nil {
		return result, err
	}

`,
    ],
    ['restclient.CopyConfig(server.GenericAPIServer.LoopbackClientConfig)', undefined, 'restclient.CopyConfig(loopback)'],
    ['\t"k8s.io/kubernetes/cmd/kube-apiserver/app"\n', undefined, ''],
    // The program reads it after this function has returned.
    ['\tdefer os.RemoveAll(saSigningKeyFile.Name())\n', undefined, ''],
    CANNOT_FAIL,
  ],
  'test/integration/framework/test_server.go': [
    [
      '\tgenericConfig, versionedInformers, storageFactory, err := controlplaneapiserver.BuildGenericConfig(',
      '\t// wait for health\n',
      `\tif setup.ModifyServerConfig != nil {
		t.Skip("it changes the configuration of a server in memory")
	}
	kubeAPIServerClientConfig, errCh, err := kastesting.StartProgram(ctx, t, opts, opts.Flags().FlagSets, certDir, nil)
	if err != nil {
		t.Fatal(err)
	}

`,
    ],
    ['\tvar errCh chan error\n', undefined, ''],
    ['100*time.Millisecond, 10*time.Second, true', undefined, '100*time.Millisecond, time.Minute, true'],
    [
      '\t"k8s.io/kubernetes/cmd/kube-apiserver/app/options"\n',
      undefined,
      '\t"k8s.io/kubernetes/cmd/kube-apiserver/app/options"\n\tkastesting "k8s.io/kubernetes/cmd/kube-apiserver/app/testing"\n',
    ],
    ...[
      '"k8s.io/kubernetes/cmd/kube-apiserver/app"',
      '"k8s.io/kubernetes/pkg/api/legacyscheme"',
      'controlplaneapiserver "k8s.io/kubernetes/pkg/controlplane/apiserver"',
      'generatedopenapi "k8s.io/kubernetes/pkg/generated/openapi"',
      '"k8s.io/apimachinery/pkg/runtime"',
      'apiextensionsapiserver "k8s.io/apiextensions-apiserver/pkg/apiserver"',
      'aggregatorscheme "k8s.io/kube-aggregator/pkg/apiserver/scheme"',
      'genericapiserver "k8s.io/apiserver/pkg/server"',
    ].map((line): Edit => [`\t${line}\n`, undefined, '']),
    CANNOT_FAIL,
  ],
}

function edited(text: string, edits: readonly Edit[]): string {
  return edits.reduce((all, [from, to, by]) => {
    const start = all.indexOf(from)
    if (start < 0) throw new Error(`the source of ${MODULE} ${VERSION} does not have ${from.trim()}`)
    const end = to === undefined ? start + from.length : all.indexOf(to, start)
    return all.slice(0, start) + by + all.slice(end)
  }, text)
}

function go(dir: string, ...args: string[]): string {
  const env = { ...process.env, CGO_ENABLED: '0', GOFLAGS: '-mod=mod' }
  const { status, stdout, stderr } = spawnSync('go', args, { cwd: dir, env, encoding: 'utf8', maxBuffer: 1 << 26 })
  if (status !== 0) throw new Error(`go ${args.slice(0, 2).join(' ')}: ${stderr.slice(-2000)}`)
  return stdout
}

/** A copy of the module whose tests start a program, and a module beside it that builds them. */
function prepare(folder: string): string {
  const [copy, builder] = [join(folder, 'kubernetes'), join(folder, 'mod')]
  if (!existsSync(copy)) {
    mkdirSync(builder, { recursive: true })
    writeFileSync(join(builder, 'go.mod'), 'module binnacle/integration\n\ngo 1.26\n')
    const { Dir } = JSON.parse(go(builder, 'mod', 'download', '-json', `${MODULE}@v${VERSION}`)) as { Dir: string }
    cpSync(Dir, copy, { recursive: true })
    spawnSync('chmod', ['-R', 'u+w', copy])
    const parts = [...readFileSync(join(copy, 'go.mod'), 'utf8').matchAll(/^\t(k8s\.io\/\S+) v0\.0\.0$/gm)].map(([, name]) => name!)
    const replaced = parts.map((name) => `replace ${name} => ${name} v0${VERSION.slice(1)}\n`).join('')
    writeFileSync(
      join(builder, 'go.mod'),
      `module binnacle/integration\n\ngo 1.26\n\nrequire ${MODULE} v${VERSION}\n\nreplace ${MODULE} => ${copy}\n${replaced}`,
    )
    for (const [file, edits] of Object.entries(EDITS)) {
      const path = join(copy, file)
      writeFileSync(path, edited(readFileSync(path, 'utf8'), edits))
    }
  }
  cpSync(join(root, 'tools/interop/integration/server.go'), join(copy, 'cmd/kube-apiserver/app/testing/program.go'))
  return copy
}

/** @param folders of test/integration. Resolves to how many tests failed. */
export async function playIntegration(folders: readonly string[], only: string | undefined, assets: string): Promise<number> {
  if (which('go') === undefined) {
    say('Integration tests need Go, which is not in $PATH.')
    return 1
  }
  const folder = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'binnacle', 'integration')
  const copy = prepare(folder)
  const dir = mkdtempSync(join(tmpdir(), 'binnacle-integration-'))
  const program = join(dir, 'kube-apiserver')
  const exported = Object.entries(hostEnv).map(([name, value]) => `export ${name}='${value}'\n`)
  const words = [nodeBin, ...hostNodeFlags, join(root, 'dist/server/main.mjs'), 'kube-apiserver'].map((word) => `'${word}'`).join(' ')
  writeFileSync(program, `#!/bin/sh\n${exported.join('')}exec ${words} "$@"\n`)
  chmodSync(program, 0o755)
  const url = `http://127.0.0.1:${await freePort()}`
  const store = ['--listen-client-urls', url, '--advertise-client-urls', url, '--listen-peer-urls', 'http://127.0.0.1:0']
  const etcd = run(dir, 'etcd', join(assets, 'etcd'), ['--data-dir', join(dir, 'etcd'), ...store, '--log-level=error']).child
  endWithThis(etcd)
  const env = { ...process.env, BINNACLE_APISERVER: program, BINNACLE_LOGS: dir, KUBE_INTEGRATION_ETCD_URL: url }
  let failures = 0
  for (const name of folders) {
    const test = join(dir, `${name.replaceAll('/', '-')}.test`)
    // Nobody mends or debugs them: no vet of every package, and nothing in them for a debugger.
    go(join(folder, 'mod'), 'test', '-c', '-vet=off', '-ldflags=-s -w', '-o', test, `${MODULE}/test/integration/${name}`)
    const args = ['-test.v', ...(only === undefined ? [] : ['-test.run', only])]
    const cwd = join(copy, 'test/integration', name)
    const { stdout, stderr } = spawnSync(test, args, { cwd, env, encoding: 'utf8', maxBuffer: 1 << 30, timeout: LIMIT_MS })
    const counted = (what: string): string[] => [...stdout.matchAll(new RegExp(`^ *--- ${what}: (\\S+)`, 'gm'))].map(([, test]) => test!)
    const failed = counted('FAIL')
    failures += failed.length
    say(`${name}: ${counted('PASS').length} passed, ${failed.length} failed, ${counted('SKIP').length} skipped`)
    for (const one of failed) say(`  ${one}`)
    writeFileSync(join(dir, `${name.replaceAll('/', '-')}.out`), stdout + stderr)
  }
  // This program ends with it.
  etcd.kill()
  if (failures > 0) say(`What they and the servers said: ${dir}`)
  else rmSync(dir, { recursive: true, force: true })
  return failures
}
