// Answers what Kubernetes' own library says of CEL expressions and rules: one JSON object a line in, one out. `record.ts` asks it.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"os"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common/types/ref"
	apiextensions "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/validation"
	structuralschema "k8s.io/apiextensions-apiserver/pkg/apiserver/schema"
	schemacel "k8s.io/apiextensions-apiserver/pkg/apiserver/schema/cel"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/cel/model"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	utiljson "k8s.io/apimachinery/pkg/util/json"
	"k8s.io/apimachinery/pkg/util/validation/field"
	celconfig "k8s.io/apiserver/pkg/apis/cel"
	"k8s.io/apiserver/pkg/cel/common"
	"k8s.io/apiserver/pkg/cel/environment"
	"k8s.io/apiserver/pkg/cel/library"
)

// Case is an expression, with self as the schema types it, or (mode "rules") a schema whose rules are asked of self.
type Case struct {
	Expr   string          `json:"expr"`
	Schema json.RawMessage `json:"schema"`
	Self   json.RawMessage `json:"self"`
	Old    json.RawMessage `json:"old"`
	Mode   string          `json:"mode"`
	Root   bool            `json:"root"`
}
type Out struct {
	Expr      string   `json:"expr"`
	Error     string   `json:"error,omitempty"`
	Type      string   `json:"type,omitempty"`
	Min       uint64   `json:"min"`
	Max       uint64   `json:"max"`
	Result    string   `json:"result,omitempty"`
	RType     string   `json:"rtype,omitempty"`
	EvalError string   `json:"evalError,omitempty"`
	Cost      uint64   `json:"cost"`
	Errors    []string `json:"errors,omitempty"`
	Left      int64    `json:"left,omitempty"`
}

func internal(raw json.RawMessage) *apiextensions.JSONSchemaProps {
	var p apiextensionsv1.JSONSchemaProps
	if err := json.Unmarshal(raw, &p); err != nil {
		panic(err)
	}
	var in apiextensions.JSONSchemaProps
	if err := apiextensionsv1.Convert_v1_JSONSchemaProps_To_apiextensions_JSONSchemaProps(&p, &in, nil); err != nil {
		panic(err)
	}
	return &in
}

func structural(raw json.RawMessage) *structuralschema.Structural {
	s, err := structuralschema.NewStructural(internal(raw))
	if err != nil {
		panic(err)
	}
	return s
}

// define says what is wrong with a definition that has this schema.
func define(schema *apiextensions.JSONSchemaProps) (all []string) {
	preserve := false
	crd := &apiextensions.CustomResourceDefinition{
		ObjectMeta: metav1.ObjectMeta{Name: "as.g.io"},
		Spec: apiextensions.CustomResourceDefinitionSpec{
			Group: "g.io", Version: "v1", Scope: apiextensions.ClusterScoped,
			Names:                 apiextensions.CustomResourceDefinitionNames{Plural: "as", Singular: "a", Kind: "A", ListKind: "AList"},
			Versions:              []apiextensions.CustomResourceDefinitionVersion{{Name: "v1", Served: true, Storage: true}},
			Validation:            &apiextensions.CustomResourceValidation{OpenAPIV3Schema: schema},
			PreserveUnknownFields: &preserve,
		},
		Status: apiextensions.CustomResourceDefinitionStatus{StoredVersions: []string{"v1"}},
	}
	for _, e := range validation.ValidateCustomResourceDefinition(context.Background(), crd) {
		all = append(all, e.Error())
	}
	return
}

func main() {
	env := environment.MustBaseEnvSet(environment.DefaultCompatibilityVersion())
	sc := bufio.NewScanner(os.Stdin)
	sc.Buffer(make([]byte, 1<<26), 1<<26)
	for sc.Scan() {
		var c Case
		if err := json.Unmarshal(sc.Bytes(), &c); err != nil {
			panic(err)
		}
		b, _ := json.Marshal(run(env, c))
		fmt.Println(string(b))
	}
}

func value(raw json.RawMessage) interface{} {
	if raw == nil {
		return nil
	}
	var v interface{}
	if err := utiljson.Unmarshal(raw, &v); err != nil {
		panic(err)
	}
	return v
}

func run(env *environment.EnvSet, c Case) (o Out) {
	o.Expr = c.Expr
	defer func() {
		if r := recover(); r != nil {
			o.Error = fmt.Sprintf("panic: %v", r)
		}
	}()
	if c.Mode == "rules" {
		s := structural(c.Schema)
		v := schemacel.NewValidator(s, c.Root, celconfig.PerCallLimit)
		self, old := value(c.Self), value(c.Old)
		var opts []schemacel.Option
		if old != nil {
			opts = append(opts, schemacel.WithRatcheting(common.NewCorrelatedObject(self, old, &model.Structural{Structural: s})))
		}
		errs, left := v.Validate(context.Background(), field.NewPath("root"), s, self, old, celconfig.RuntimeCELCostBudget, opts...)
		for _, e := range errs {
			o.Errors = append(o.Errors, e.Error())
		}
		o.Left = left
		return
	}
	if c.Mode == "define" {
		o.Errors = define(internal(c.Schema))
		return
	}
	base := env.StoredExpressionsEnv()
	var est *library.CostEstimator = &library.CostEstimator{}
	vars := map[string]interface{}{}
	if c.Schema != nil {
		s := structural(c.Schema)
		d := model.SchemaDeclType(s, c.Root)
		d = d.MaybeAssignTypeName("selfType")
		es, err := env.Extend(environment.VersionedOptions{IntroducedVersion: environment.DefaultCompatibilityVersion(), EnvOptions: []cel.EnvOption{cel.Variable("self", d.CelType())}, DeclTypes: declTypes(d)})
		if err != nil {
			panic(err)
		}
		base = es.StoredExpressionsEnv()
		st := s
		if c.Root {
			st = model.WithTypeAndObjectMeta(s)
		}
		if c.Self != nil {
			vars["self"] = schemacel.UnstructuredToVal(value(c.Self), st)
		}
		est = schemacelEstimator(d)
	}
	ast, iss := base.Compile(c.Expr)
	if iss != nil {
		o.Error = iss.String()
		return
	}
	o.Type = ast.OutputType().String()
	prog, err := base.Program(ast, cel.CostLimit(celconfig.PerCallLimit), cel.CostTracking(est), cel.InterruptCheckFrequency(celconfig.CheckFrequency))
	if err != nil {
		o.Error = "program: " + err.Error()
		return
	}
	ce, err := base.EstimateCost(ast, est)
	if err != nil {
		o.Error = "cost: " + err.Error()
		return
	}
	o.Min, o.Max = ce.Min, ce.Max
	v, det, err := prog.ContextEval(context.Background(), vars)
	if det != nil && det.ActualCost() != nil {
		o.Cost = *det.ActualCost()
	}
	if err != nil {
		o.EvalError = err.Error()
		return
	}
	o.RType = v.Type().TypeName()
	o.Result = show(v)
	return
}

func show(v ref.Val) string {
	return fmt.Sprintf("%v", v.Value())
}
