package testing

// Stands in for the API server that Kubernetes' integration tests start in their own process: starts the program in $BINNACLE_APISERVER
// with the flags that the test's options come to. Copied into k8s.io/kubernetes/cmd/kube-apiserver/app/testing by integration-tests.ts.

import (
	"context"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/pflag"

	utilfeature "k8s.io/apiserver/pkg/util/feature"
	restclient "k8s.io/client-go/rest"
	"k8s.io/kubernetes/cmd/kube-apiserver/app/options"
	"k8s.io/kubernetes/pkg/controller/outside"
)

// Testing is what it needs of a test.
type Testing interface {
	Logf(format string, args ...interface{})
	Name() string
}

// Flags that are given otherwise, or mean something in the test's process only.
var ownFlags = map[string]bool{
	"bind-address": true, "cert-dir": true, "emulated-version": true, "etcd-count-metric-poll-period": true, "feature-gates": true,
	"help": true, "min-compatibility-version": true, "runtime-config-emulation-forward-compatible": true, "secure-port": true,
	"token-auth-file": true, "watch-cache-sizes": true,
}

const (
	stopLimit  = 20 * time.Second
	startLimit = 3 * time.Minute
	poll       = 50 * time.Millisecond
)

// StartProgram starts the API server; the channel tells of its end, with an error when nobody asked for it.
func StartProgram(ctx context.Context, t Testing, s *options.ServerRunOptions, sets map[string]*pflag.FlagSet, dir string, custom []string) (*restclient.Config, chan error, error) {
	port := s.SecureServing.BindPort
	if s.SecureServing.Listener != nil {
		_, text, _ := strings.Cut(s.SecureServing.Listener.Addr().String(), ":")
		port, _ = strconv.Atoi(text)
		s.SecureServing.Listener.Close()
	}
	args, tokens := flagsOf(s, sets, joined(custom))
	return launch(ctx, t, port, s.SecureServing.ServerCert.CertKey.CertFile, args, tokens, dir)
}

// Flags of apiextensions-apiserver that an API server has no use for, or that are given otherwise.
var extensionsFlags = map[string]bool{
	"authentication-kubeconfig": true, "authentication-skip-lookup": true, "authorization-kubeconfig": true, "emulated-version": true,
	"kubeconfig": true,
}

// StartExtensions does the same for tests of apiextensions-apiserver, which start that alone.
func StartExtensions(ctx context.Context, t interface{ Logf(string, ...interface{}) }, listener net.Listener, dir string, custom []string) (*restclient.Config, chan error, error) {
	port := listener.Addr().(*net.TCPAddr).Port
	listener.Close()
	args := []string{}
	if gates := switched(); len(gates) > 0 {
		args = append(args, "--feature-gates="+strings.Join(gates, ","))
	}
	for _, c := range joined(custom) {
		name, _, _ := strings.Cut(strings.TrimPrefix(c, "--"), "=")
		if !extensionsFlags[name] {
			args = append(args, c)
		}
	}
	return launch(ctx, t.(Testing), port, "", args, "", dir)
}

func launch(ctx context.Context, t Testing, port int, cert string, args []string, tokens, dir string) (*restclient.Config, chan error, error) {
	token := "loopback-" + strconv.FormatInt(time.Now().UnixNano(), 36)
	file := filepath.Join(dir, "loopback-tokens.csv")
	if err := os.WriteFile(file, []byte(tokens+token+",system:apiserver,1,system:masters\n"), 0600); err != nil {
		return nil, nil, err
	}
	args = append(args, "--secure-port="+strconv.Itoa(port), "--bind-address=127.0.0.1", "--cert-dir="+dir, "--token-auth-file="+file)

	log := filepath.Join(os.Getenv("BINNACLE_LOGS"), strings.ReplaceAll(t.Name(), "/", "_")+"-"+strconv.Itoa(port)+".log")
	out, err := os.Create(log)
	if err != nil {
		return nil, nil, err
	}
	cmd := exec.Command(os.Getenv("BINNACLE_APISERVER"), args...)
	cmd.Stdout, cmd.Stderr = out, out
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := cmd.Start(); err != nil {
		return nil, nil, err
	}
	ended, gone := make(chan error, 1), make(chan struct{})
	go func() {
		err := cmd.Wait()
		out.Close()
		close(gone)
		if ctx.Err() == nil {
			ended <- fmt.Errorf("the server ended: %v (%s)", err, log)
		}
		close(ended)
	}()
	go func() {
		select {
		case <-ctx.Done():
		case <-gone:
			return
		}
		cmd.Process.Signal(syscall.SIGTERM)
		select {
		case <-gone:
		case <-time.After(stopLimit):
			cmd.Process.Kill()
		}
	}()
	for end := time.Now().Add(startLimit); time.Now().Before(end); time.Sleep(poll) {
		said, _ := os.ReadFile(log)
		select {
		case <-gone:
			return nil, nil, fmt.Errorf("the server ended at once: %s\n%s", strings.Join(args, "\n"), said)
		default:
		}
		if strings.Contains(string(said), "ready https://") {
			config := &restclient.Config{Host: "https://127.0.0.1:" + strconv.Itoa(port), BearerToken: token, QPS: -1, Burst: -1}
			config.TLSClientConfig.CAFile = cert
			if config.TLSClientConfig.CAFile == "" {
				config.TLSClientConfig.CAFile = filepath.Join(dir, "apiserver.crt")
			}
			config.TLSClientConfig.ServerName = nameIn(config.TLSClientConfig.CAFile)
			outside.Serves(ctx, strings.TrimPrefix(config.Host, "https://"), token)
			return config, ended, nil
		}
	}
	return nil, nil, fmt.Errorf("the server is not ready after %s: %s", startLimit, log)
}

// A name that the server's certificate has, where it has none for the address that it listens on.
func nameIn(file string) string {
	text, _ := os.ReadFile(file)
	block, _ := pem.Decode(text)
	if block == nil {
		return ""
	}
	cert, err := x509.ParseCertificate(block.Bytes)
	if err != nil || cert.VerifyHostname("127.0.0.1") == nil {
		return ""
	}
	for _, name := range cert.DNSNames {
		return name
	}
	for _, ip := range cert.IPAddresses {
		return ip.String()
	}
	return ""
}

// Flags given as two arguments each become one; what is neither a flag nor a flag's value is nothing, as in the test's process.
func joined(custom []string) []string {
	all := []string{}
	for i := 0; i < len(custom); i++ {
		c := custom[i]
		if !strings.HasPrefix(c, "--") {
			continue
		}
		if !strings.Contains(c, "=") && i+1 < len(custom) && !strings.HasPrefix(custom[i+1], "--") {
			i++
			c += "=" + custom[i]
		}
		all = append(all, c)
	}
	return all
}

// The command line, and the lines of the test's own token file.
func flagsOf(s *options.ServerRunOptions, sets map[string]*pflag.FlagSet, custom []string) (args []string, tokens string) {
	defaults, have := map[string]string{}, map[string]bool{}
	for _, fs := range options.NewServerRunOptions().Flags().FlagSets {
		fs.VisitAll(func(f *pflag.Flag) { defaults[f.Name] = f.Value.String() })
	}
	add := func(name, value string) {
		if !have[name] {
			have[name] = true
			args = append(args, "--"+name+"="+value)
		}
	}
	// The tests replace these options as a whole, so that flags no longer show them.
	if rh := s.Authentication.RequestHeader; rh != nil && rh.ClientCAFile != "" {
		add("requestheader-client-ca-file", rh.ClientCAFile)
		add("requestheader-allowed-names", strings.Join(rh.AllowedNames, ","))
		add("requestheader-username-headers", strings.Join(rh.UsernameHeaders, ","))
		add("requestheader-group-headers", strings.Join(rh.GroupHeaders, ","))
		add("requestheader-extra-headers-prefix", strings.Join(rh.ExtraHeaderPrefixes, ","))
		if len(rh.UIDHeaders) > 0 {
			add("requestheader-uid-headers", strings.Join(rh.UIDHeaders, ","))
		}
	}
	for _, fs := range sets {
		fs.VisitAll(func(f *pflag.Flag) {
			value := f.Value.String()
			if f.Name == "token-auth-file" && value != "" {
				lines, _ := os.ReadFile(value)
				tokens = strings.TrimRight(string(lines), "\n") + "\n"
			}
			// Maps and lists of texts cannot be read back from what they print.
			if ownFlags[f.Name] || f.Changed && (f.Value.Type() == "mapStringString" || f.Value.Type() == "stringArray") {
				return
			}
			if value != defaults[f.Name] || f.Changed {
				add(f.Name, strings.TrimSuffix(strings.TrimPrefix(value, "["), "]"))
			}
		})
	}
	gates := switched()
	for _, c := range custom {
		name, value, _ := strings.Cut(strings.TrimPrefix(c, "--"), "=")
		if name == "feature-gates" {
			gates = append(gates, value)
		} else if !have[name] && !ownFlags[name] {
			args = append(args, c)
		}
	}
	if len(gates) > 0 {
		args = append(args, "--feature-gates="+strings.Join(gates, ","))
	}
	return args, tokens
}

// Feature gates that the test's process has otherwise than by default. One that is locked by now a test has off by emulating an older version:
// no server takes that.
func switched() []string {
	gates, versions := []string{}, utilfeature.DefaultMutableFeatureGate.GetAllVersioned()
	for name, spec := range utilfeature.DefaultMutableFeatureGate.GetAll() {
		if all := versions[name]; len(all) > 0 && all[len(all)-1].LockToDefault || strings.HasPrefix(string(name), "All") {
			continue
		}
		if on := utilfeature.DefaultFeatureGate.Enabled(name); on != spec.Default {
			gates = append(gates, fmt.Sprintf("%s=%t", name, on))
		}
	}
	return gates
}
