import { loopEdits } from './controllers.ts'
import type { Edit } from './edit.ts'
import { schedulerEdits } from './scheduler-edits.ts'

const CANNOT_FAIL: Edit = ['.Errorf("Invariant check', undefined, '.Logf("Invariant check']
const SERVER: Readonly<Record<string, readonly Edit[]>> = {
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

/** Files of the module, each with what is replaced in it. */
export const EDITS: Readonly<Record<string, readonly Edit[]>> = { ...SERVER, ...loopEdits, ...schedulerEdits }
