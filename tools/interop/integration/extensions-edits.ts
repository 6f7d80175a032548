import type { Edit } from './edit.ts'

/** In k8s.io/apiextensions-apiserver: the server that its tests start is the program (server.go). */
export const EXTENSIONS_EDITS: Readonly<Record<string, readonly Edit[]>> = {
  'pkg/cmd/server/testing/testserver.go': [
    [
      '\tserver, err := completedConfig.New(',
      '\t// from here the caller must call tearDown\n',
      `\tloopback, ended, err := kastesting.StartExtensions(ctx, t, s.RecommendedOptions.SecureServing.Listener, result.TmpDir, customFlags)
	if err != nil {
		return result, err
	}
	errCh = ended

`,
    ],
    ['server.GenericAPIServer.LoopbackClientConfig\n', undefined, 'loopback\n'],
    [
      '\t"github.com/spf13/pflag"\n',
      undefined,
      '\t"github.com/spf13/pflag"\n\tkastesting "k8s.io/kubernetes/cmd/kube-apiserver/app/testing"\n',
    ],
    ...['"time"', '"k8s.io/apimachinery/pkg/util/wait"', '"k8s.io/client-go/kubernetes"'].map(
      (line): Edit => [`\t${line}\n`, undefined, ''],
    ),
  ],
}
