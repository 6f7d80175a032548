package main

import (
	"github.com/google/cel-go/checker"
	apiservercel "k8s.io/apiserver/pkg/cel"
	"k8s.io/apiserver/pkg/cel/library"
)

func declTypes(d *apiservercel.DeclType) []*apiservercel.DeclType { return []*apiservercel.DeclType{d} }

func schemacelEstimator(root *apiservercel.DeclType) *library.CostEstimator {
	return &library.CostEstimator{SizeEstimator: &sizeEstimator{root: root}}
}

type sizeEstimator struct{ root *apiservercel.DeclType }

func (c *sizeEstimator) EstimateSize(element checker.AstNode) *checker.SizeEstimate {
	if len(element.Path()) == 0 {
		return nil
	}
	n := c.root
	for _, name := range element.Path()[1:] {
		switch name {
		case "@items", "@values":
			if n.ElemType == nil {
				return nil
			}
			n = n.ElemType
		case "@keys":
			if n.KeyType == nil {
				return nil
			}
			n = n.KeyType
		default:
			f, ok := n.Fields[name]
			if !ok || f.Type == nil {
				return nil
			}
			n = f.Type
		}
	}
	return &checker.SizeEstimate{Min: 0, Max: uint64(n.MaxElements)}
}
func (c *sizeEstimator) EstimateCallCost(function, overloadID string, target *checker.AstNode, args []checker.AstNode) *checker.CallEstimate {
	return nil
}
