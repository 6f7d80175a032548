// Answers what Kubernetes' own CBOR codec makes of bytes and of JSON: one JSON object a line in, one out. `record.ts` asks it.
package main

import (
	"bufio"
	"encoding/hex"
	"encoding/json"
	"os"

	corev1 "k8s.io/api/core/v1"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/runtime/serializer/cbor"
	"k8s.io/apimachinery/pkg/runtime/serializer/cbor/direct"
	utiljson "k8s.io/apimachinery/pkg/util/json"
)

type question struct {
	// decode: Hex as Go's interface{}; object: Hex as an object of a type, strictly; encode: JSON without a type; typed: JSON of a type
	Mode string          `json:"mode"`
	Hex  string          `json:"hex"`
	JSON json.RawMessage `json:"json"`
	// v1 Kind of the core group, or CustomResourceDefinition
	Kind string `json:"kind"`
}

type answer struct {
	JSON       json.RawMessage `json:"json,omitempty"`
	Hex        string          `json:"hex,omitempty"`
	Diagnostic string          `json:"diagnostic,omitempty"`
	Error      string          `json:"error,omitempty"`
	Strict     string          `json:"strict,omitempty"`
}

var scheme = runtime.NewScheme()

func main() {
	_ = corev1.AddToScheme(scheme)
	_ = apiextensionsv1.AddToScheme(scheme)
	in := bufio.NewReaderSize(os.Stdin, 1<<20)
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	for {
		line, err := in.ReadBytes('\n')
		if len(line) > 1 {
			var q question
			if err := json.Unmarshal(line, &q); err != nil {
				panic(err)
			}
			text, _ := json.Marshal(ask(q))
			out.Write(append(text, '\n'))
		}
		if err != nil {
			return
		}
	}
}

func ask(q question) (a answer) {
	bytes, err := hex.DecodeString(q.Hex)
	if err != nil {
		panic(err)
	}
	switch q.Mode {
	case "decode":
		var value any
		if err := direct.Unmarshal(bytes, &value); err != nil {
			return answer{Error: err.Error()}
		}
		a.JSON, err = json.Marshal(value)
		if err != nil {
			return answer{Error: "json: " + err.Error()}
		}
		a.Diagnostic, _ = direct.Diagnose(bytes)
	case "object":
		gvk := gvkOf(q.Kind)
		strict := cbor.NewSerializer(scheme, scheme, cbor.Strict(true))
		obj, _, err := strict.Decode(bytes, &gvk, nil)
		if err != nil && !runtime.IsStrictDecodingError(err) {
			return answer{Error: err.Error()}
		}
		if err != nil {
			a.Strict = err.Error()
		}
		a.JSON, _ = json.Marshal(obj)
	case "encode":
		var value any
		if err := utiljson.Unmarshal(q.JSON, &value); err != nil {
			panic(err)
		}
		encoded, err := direct.Marshal(value)
		if err != nil {
			return answer{Error: err.Error()}
		}
		a.Hex = hex.EncodeToString(encoded)
	case "typed":
		obj, err := scheme.New(gvkOf(q.Kind))
		if err != nil {
			panic(err)
		}
		if err := json.Unmarshal(q.JSON, obj); err != nil {
			panic(err)
		}
		encoded, err := direct.Marshal(obj)
		if err != nil {
			return answer{Error: err.Error()}
		}
		a.Hex = hex.EncodeToString(encoded)
	}
	return a
}

func gvkOf(kind string) schema.GroupVersionKind {
	if kind == "CustomResourceDefinition" {
		return apiextensionsv1.SchemeGroupVersion.WithKind(kind)
	}
	return schema.GroupVersionKind{Version: "v1", Kind: kind}
}

