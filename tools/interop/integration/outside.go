// Package outside starts control loops of another program in place of the controller that a test starts in its process: the program in
// $BINNACLE_LOOPS, which serves the whole test binary. It is told line by line in JSON which loop shall work on which server, and tells when that
// runs and when it has ended; and which feature gates the test has otherwise than by default. Without the variable controllers run as they are.
// Copied into k8s.io/kubernetes/pkg/controller by integration-tests.ts.
package outside

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"time"

	"k8s.io/apimachinery/pkg/labels"
	utilfeature "k8s.io/apiserver/pkg/util/feature"
	"k8s.io/client-go/kubernetes"
)

type server struct{ host, token string }

type order struct {
	ID      int            `json:"id"`
	Host    string         `json:"host,omitempty"`
	Token   string         `json:"token,omitempty"`
	Loops   []string       `json:"loops"`
	Options map[string]any `json:"options,omitempty"`
	Stop    bool           `json:"stop,omitempty"`
	// Null: as they were.
	Gates map[string]bool `json:"gates"`
}

type answer struct {
	ID    int  `json:"id"`
	Ended bool `json:"ended"`
}

const gatePoll = 2 * time.Millisecond

var (
	mu      sync.Mutex
	servers []server
	input   io.WriteCloser
	gates   map[string]bool
	last    int
	ends    = map[int]chan struct{}{}
)

// Serves says that a server with that address (host:port) and token of an administrator is there until ctx ends.
func Serves(ctx context.Context, host, token string) {
	mu.Lock()
	defer mu.Unlock()
	one := server{host, token}
	servers = append(servers, one)
	// The program takes longer to start than a controller, and tests wait seconds for what that does.
	if On() && input == nil {
		begin()
	}
	go func() {
		<-ctx.Done()
		mu.Lock()
		defer mu.Unlock()
		for i := range servers {
			if servers[i] == one {
				servers = append(servers[:i], servers[i+1:]...)
				return
			}
		}
	}()
}

// ServeMetrics answers at the address that it returns as the API of external metrics would, with what a client in this process has.
func ServeMetrics(ctx context.Context, of func(name, namespace string, selector labels.Selector) ([]int64, time.Time, error)) string {
	if !On() {
		return ""
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		// /apis/external.metrics.k8s.io/VERSION/namespaces/NAMESPACE/METRIC
		words := strings.Split(r.URL.Path, "/")
		selector, err := labels.Parse(r.URL.Query().Get("labelSelector"))
		if err != nil || len(words) != 7 {
			http.Error(w, r.URL.Path, http.StatusBadRequest)
			return
		}
		values, at, err := of(words[6], words[5], selector)
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		items := []map[string]string{}
		for _, v := range values {
			items = append(items, map[string]string{"metricName": words[6], "timestamp": at.UTC().Format(time.RFC3339), "value": fmt.Sprintf("%dm", v)})
		}
		json.NewEncoder(w).Encode(map[string]any{"items": items})
	}))
	context.AfterFunc(ctx, server.Close)
	return server.URL
}

// On tells whether other loops stand in for controllers.
func On() bool { return os.Getenv("BINNACLE_LOOPS") != "" }

// Runs has loops work until ctx ends, on the client's server; without a client on the newest one. False: the controller itself shall run.
func Runs(ctx context.Context, client kubernetes.Interface, options map[string]any, loops ...string) bool {
	if !On() {
		return false
	}
	id, end := start(client, options, loops)
	<-ctx.Done()
	tell(order{ID: id, Stop: true})
	<-end
	return true
}

func start(client kubernetes.Interface, options map[string]any, loops []string) (int, chan struct{}) {
	host := ""
	if client != nil {
		host = client.CoreV1().RESTClient().Get().URL().Host
	}
	mu.Lock()
	if input == nil {
		begin()
	}
	last++
	id, end := last, make(chan struct{})
	ends[id] = end
	of := serverAt(host)
	mu.Unlock()
	tellGates()
	tell(order{ID: id, Host: of.host, Token: of.token, Loops: loops, Options: options})
	return id, end
}

func serverAt(host string) (of server) {
	for _, s := range servers {
		if host == "" || s.host == host {
			of = s
		}
	}
	return of
}

// ServerOf has the address (host:port) and the token of an administrator of the server that the client speaks to.
func ServerOf(client kubernetes.Interface) (host, token string) {
	mu.Lock()
	defer mu.Unlock()
	of := serverAt(client.CoreV1().RESTClient().Get().URL().Host)
	return of.host, of.token
}

func begin() {
	cmd := exec.Command(os.Getenv("BINNACLE_LOOPS"))
	log, err := os.Create(filepath.Join(os.Getenv("BINNACLE_LOGS"), fmt.Sprintf("loops-%d.log", os.Getpid())))
	if err != nil {
		panic(err)
	}
	cmd.Stderr = log
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	output, err := cmd.StdoutPipe()
	if err != nil {
		panic(err)
	}
	if input, err = cmd.StdinPipe(); err != nil {
		panic(err)
	}
	if err := cmd.Start(); err != nil {
		panic(err)
	}
	// Tests switch gates while the loops run.
	go func() {
		for range time.Tick(gatePoll) {
			tellGates()
		}
	}()
	go func() {
		for lines := bufio.NewScanner(output); lines.Scan(); {
			var a answer
			if json.Unmarshal(lines.Bytes(), &a) != nil || !a.Ended {
				continue
			}
			mu.Lock()
			if end := ends[a.ID]; end != nil {
				close(end)
				delete(ends, a.ID)
			}
			mu.Unlock()
		}
		fmt.Fprintln(os.Stderr, "the program of the loops has ended")
		mu.Lock()
		defer mu.Unlock()
		for id, end := range ends {
			close(end)
			delete(ends, id)
		}
	}()
}

func tell(o order) {
	mu.Lock()
	defer mu.Unlock()
	write(o)
}

func write(o order) {
	line, err := json.Marshal(o)
	if err != nil {
		panic(err)
	}
	input.Write(append(line, '\n'))
}

func tellGates() {
	now := map[string]bool{}
	for name, spec := range utilfeature.DefaultMutableFeatureGate.GetAll() {
		if on := utilfeature.DefaultFeatureGate.Enabled(name); on != spec.Default {
			now[string(name)] = on
		}
	}
	mu.Lock()
	defer mu.Unlock()
	if !maps.Equal(now, gates) {
		gates = now
		write(order{Gates: now})
	}
}
