package scheduler

// Stands in for the scheduling loop in the process of Kubernetes' integration tests: starts the program in $BINNACLE_SCHEDULER, which schedules
// with the test's configuration until the context ends. Without one all is as it was. Copied into k8s.io/kubernetes/pkg/scheduler by
// integration-tests.ts.

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	v1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/klog/v2"
	configv1 "k8s.io/kube-scheduler/config/v1"
	"k8s.io/kubernetes/pkg/controller/outside"
	schedulerapi "k8s.io/kubernetes/pkg/scheduler/apis/config"
	"k8s.io/kubernetes/pkg/scheduler/apis/config/scheme"
	internalqueue "k8s.io/kubernetes/pkg/scheduler/backend/queue"
)

const (
	startLimit = 30 * time.Second
	// How long the program may take to hear of what the test's own informers have heard of.
	settle = 500 * time.Millisecond
)

// NotJudged says why another scheduler cannot be had with these options; empty when it can.
func NotJudged(opts ...Option) string {
	if os.Getenv("BINNACLE_SCHEDULER") == "" {
		return ""
	}
	options := defaultSchedulerOptions
	for _, opt := range opts {
		opt(&options)
	}
	if len(options.frameworkOutOfTreeRegistry) > 0 {
		return "it has plugins in Go"
	}
	return ""
}

// programQueue answers as far as a test can be answered by what is seen of the program: which pods it has tried, and how often.
type programQueue struct {
	internalqueue.SchedulingQueue
	sched *Scheduler

	lock    sync.Mutex
	started bool
	log     string
	// A test that schedules pod by pod wants to know which come back; others, which may be tried at all.
	byHand bool
}

func (sched *Scheduler) leaveToProgram() {
	if os.Getenv("BINNACLE_SCHEDULER") != "" {
		sched.SchedulingQueue = &programQueue{SchedulingQueue: sched.SchedulingQueue, sched: sched}
	}
}

// StartProgram returns when the program schedules; Run has it end.
func (sched *Scheduler) StartProgram(ctx context.Context) {
	if q, ok := sched.SchedulingQueue.(*programQueue); ok {
		q.start(ctx.Done())
	}
}

func (sched *Scheduler) runProgram(ctx context.Context) bool {
	q, ok := sched.SchedulingQueue.(*programQueue)
	if ok {
		q.start(ctx.Done())
		<-ctx.Done()
		q.Close()
	}
	return ok
}

func (sched *Scheduler) scheduleByProgram(ctx context.Context) bool {
	q, ok := sched.SchedulingQueue.(*programQueue)
	if ok {
		q.start(ctx.Done())
		q.lock.Lock()
		defer q.lock.Unlock()
		q.byHand = true
	}
	return ok
}

func (q *programQueue) Run(klog.Logger) { q.start(q.sched.StopEverything) }

// PodsInActiveQ has the pods that were tried; by hand, those that were tried again.
func (q *programQueue) PodsInActiveQ() []*v1.Pod {
	time.Sleep(settle)
	q.lock.Lock()
	defer q.lock.Unlock()
	text, _ := os.ReadFile(q.log)
	pods := []*v1.Pod{}
	for _, line := range strings.Split(string(text), "\n") {
		// attempt NAMESPACE NAME COUNT
		words := strings.Fields(line)
		if len(words) == 4 && words[0] == "attempt" && (q.byHand && words[3] == "2" || !q.byHand && words[3] == "1") {
			pod := &v1.Pod{}
			pod.Namespace, pod.Name = words[1], words[2]
			pods = append(pods, pod)
		}
	}
	return pods
}

func (q *programQueue) start(stop <-chan struct{}) {
	q.lock.Lock()
	defer q.lock.Unlock()
	if q.started {
		return
	}
	q.started = true
	dir, err := os.MkdirTemp(os.Getenv("BINNACLE_LOGS"), "scheduler-")
	if err != nil {
		panic(err)
	}
	q.log = filepath.Join(dir, "log")
	host, token := "", ""
	if kube := q.sched.given.kubeConfig; kube != nil {
		host, token = kube.Host, kube.BearerToken
	} else {
		host, token = outside.ServerOf(q.sched.client)
		host = "https://" + host
	}
	server, _ := json.Marshal(map[string]string{"server": host, "token": token})
	files := map[string][]byte{"server.json": server, "config.yaml": q.sched.given.encoded()}
	for name, content := range files {
		if err := os.WriteFile(filepath.Join(dir, name), content, 0600); err != nil {
			panic(err)
		}
	}
	out, err := os.Create(q.log)
	if err != nil {
		panic(err)
	}
	cmd := exec.Command(os.Getenv("BINNACLE_SCHEDULER"), filepath.Join(dir, "server.json"), filepath.Join(dir, "config.yaml"))
	cmd.Stdout, cmd.Stderr = out, out
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := cmd.Start(); err != nil {
		panic(err)
	}
	gone := make(chan struct{})
	go func() {
		cmd.Wait()
		out.Close()
		close(gone)
	}()
	go func() {
		<-stop
		cmd.Process.Kill()
	}()
	for end := time.Now().Add(startLimit); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		select {
		case <-gone:
			said, _ := os.ReadFile(q.log)
			klog.ErrorS(nil, "the scheduler ended at once", "said", string(said))
			return
		case <-stop:
			return
		default:
		}
		if said, _ := os.ReadFile(q.log); strings.Contains(string(said), "scheduling\n") {
			return
		}
	}
	klog.ErrorS(nil, "the scheduler is not ready", "after", startLimit, "log", q.log)
}

// The configuration that the options come to; profiles only where a test has its own.
func (o schedulerOptions) encoded() []byte {
	c := schedulerapi.KubeSchedulerConfiguration{
		Parallelism:              o.parallelism,
		PercentageOfNodesToScore: &o.percentageOfNodesToScore,
		PodInitialBackoffSeconds: max(1, o.podInitialBackoffSeconds),
		PodMaxBackoffSeconds:     max(1, o.podMaxBackoffSeconds),
		Extenders:                o.extenders,
	}
	if !o.applyDefaultProfile {
		c.Profiles = o.profiles
	}
	info, _ := runtime.SerializerInfoForMediaType(scheme.Codecs.SupportedMediaTypes(), runtime.ContentTypeYAML)
	var text bytes.Buffer
	if err := scheme.Codecs.EncoderForVersion(info.Serializer, configv1.SchemeGroupVersion).Encode(&c, &text); err != nil {
		panic("the configuration: " + err.Error() + " " + strconv.Itoa(len(o.profiles)))
	}
	return text.Bytes()
}
