package entity

import (
	"slices"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// Status is the part of an entity's status that the relations controller writes.
type Status struct {
	ObservedGeneration int64              `json:"observedGeneration,omitempty"`
	Conditions         []metav1.Condition `json:"conditions,omitempty"`
	Refs               *RefsStatus        `json:"refs,omitempty"`
	OwnerRef           string             `json:"ownerRef,omitempty"`
	SystemRef          string             `json:"systemRef,omitempty"`
}

// RefsStatus counts the entities that an entity names.
type RefsStatus struct {
	Total int32 `json:"total"`
	// Dangling lists those that do not exist, at most twenty; More counts the rest.
	Dangling []string `json:"dangling,omitempty"`
	More     int32    `json:"more,omitempty"`
}

// Copy is a deep copy: a condition holds no pointers but the one in its time, which is never written through.
func (s Status) Copy() Status {
	s.Conditions = slices.Clone(s.Conditions)
	if s.Refs != nil {
		refs := *s.Refs
		refs.Dangling = slices.Clone(refs.Dangling)
		s.Refs = &refs
	}
	return s
}
