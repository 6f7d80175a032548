// Records what kube-controller-manager's autoscaler makes of wishes that are made up at random. Copy the Go files of
// k8s.io/kubernetes/pkg/controller/podautoscaler, without its tests, and this one into a folder `podautoscaler` of a module that requires
// k8s.io/kubernetes, then `go test -run TestRecord ./podautoscaler`; the first 200 lines of what it writes are the list in behaviors.answers.json.
package podautoscaler

import (
	"encoding/json"
	"math/rand"
	"os"
	"testing"
	"time"

	autoscalingv2 "k8s.io/api/autoscaling/v2"
	"k8s.io/client-go/tools/record"
	autoscalinginternal "k8s.io/kubernetes/pkg/apis/autoscaling/v2"
)

type ago struct {
	Ago int   `json:"ago"`
	N   int32 `json:"n"`
}
type kase struct {
	Behavior *autoscalingv2.HorizontalPodAutoscalerBehavior `json:"behavior,omitempty"`
	Current  int32                                          `json:"current"`
	Desired  int32                                          `json:"desired"`
	Min      int32                                          `json:"min"`
	Max      int32                                          `json:"max"`
	Recs     []ago                                          `json:"recommended,omitempty"`
	Ups      []ago                                          `json:"ups,omitempty"`
	Downs    []ago                                          `json:"downs,omitempty"`
	Replicas int32                                          `json:"replicas"`
	Able     string                                         `json:"able"`
	Limited  string                                         `json:"limited"`
}

func TestRecord(t *testing.T) {
	r := rand.New(rand.NewSource(37))
	pick := func(n ...int32) int32 { return n[r.Intn(len(n))] }
	rules := func() *autoscalingv2.HPAScalingRules {
		if r.Intn(4) == 0 {
			return nil
		}
		out := &autoscalingv2.HPAScalingRules{}
		if r.Intn(2) == 0 {
			w := pick(0, 30, 60, 300, 3600)
			out.StabilizationWindowSeconds = &w
		}
		if r.Intn(2) == 0 {
			s := []autoscalingv2.ScalingPolicySelect{"Max", "Min", "Disabled"}[r.Intn(3)]
			out.SelectPolicy = &s
		}
		for i := r.Intn(4); i > 0; i-- {
			out.Policies = append(out.Policies, autoscalingv2.HPAScalingPolicy{
				Type: []autoscalingv2.HPAScalingPolicyType{"Pods", "Percent"}[r.Intn(2)], Value: pick(1, 2, 4, 10, 33, 50, 100, 150), PeriodSeconds: pick(1, 15, 60, 120, 1800)})
		}
		return out
	}
	some := func(values ...int32) []ago {
		var out []ago
		at := 2000
		for i := r.Intn(4); i > 0; i-- {
			at = 1 + r.Intn(at)
			out = append(out, ago{at, pick(values...)})
		}
		return out
	}
	var cases []kase
	for i := 0; i < 400; i++ {
		hpa := &autoscalingv2.HorizontalPodAutoscaler{}
		hpa.Name, hpa.Namespace = "h", "default"
		if r.Intn(5) > 0 {
			hpa.Spec.Behavior = &autoscalingv2.HorizontalPodAutoscalerBehavior{ScaleUp: rules(), ScaleDown: rules()}
		}
		given := hpa.Spec.Behavior.DeepCopy()
		autoscalinginternal.SetDefaults_HorizontalPodAutoscalerBehavior(hpa)
		min := pick(1, 1, 2, 5)
		c := kase{Behavior: given, Min: min, Max: min + pick(0, 1, 5, 20, 100), Current: pick(1, 2, 3, 5, 8, 13, 40), Desired: pick(0, 1, 2, 3, 4, 6, 9, 10, 20, 45, 200)}
		c.Recs, c.Ups, c.Downs = some(1, 2, 4, 7, 12, 30), some(1, 2, 5, 9), some(1, 2, 5, 9)
		hpa.Spec.MinReplicas, hpa.Spec.MaxReplicas = &c.Min, c.Max
		a := &HorizontalController{eventRecorder: record.NewFakeRecorder(100), downscaleStabilisationWindow: 5 * time.Minute,
			recommendations: map[string][]timestampedRecommendation{}, scaleUpEvents: map[string][]timestampedScaleEvent{}, scaleDownEvents: map[string][]timestampedScaleEvent{}}
		// Half a second off every border, so that the time that passes here decides nothing.
		now := time.Now().Add(500 * time.Millisecond)
		back := func(x ago) time.Time { return now.Add(-time.Duration(x.Ago) * time.Second) }
		for _, x := range c.Recs {
			a.recommendations["k"] = append(a.recommendations["k"], timestampedRecommendation{x.N, back(x)})
		}
		for _, x := range c.Ups {
			a.scaleUpEvents["k"] = append(a.scaleUpEvents["k"], timestampedScaleEvent{x.N, back(x), false})
		}
		for _, x := range c.Downs {
			a.scaleDownEvents["k"] = append(a.scaleDownEvents["k"], timestampedScaleEvent{x.N, back(x), false})
		}
		if hpa.Spec.Behavior == nil {
			c.Replicas = a.normalizeDesiredReplicas(hpa, "k", c.Current, c.Desired, c.Min)
		} else {
			c.Replicas = a.normalizeDesiredReplicasWithBehaviors(hpa, "k", c.Current, c.Desired, c.Min)
		}
		for _, x := range hpa.Status.Conditions {
			text := string(x.Status) + " " + x.Reason + ": " + x.Message
			if x.Type == autoscalingv2.AbleToScale {
				c.Able = text
			} else if x.Type == autoscalingv2.ScalingLimited {
				c.Limited = text
			}
		}
		cases = append(cases, c)
	}
	file, err := os.Create("behaviors.answers.json")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	lines := json.NewEncoder(file)
	for _, c := range cases {
		if err := lines.Encode(c); err != nil {
			t.Fatal(err)
		}
	}
}
