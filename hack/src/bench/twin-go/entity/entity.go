// Package entity declares the seven kinds of portolan.dev as far as the relations controller needs them.
package entity

import (
	"cmp"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"portolan.dev/twin/refs"
)

// GroupVersion of every kind.
var GroupVersion = schema.GroupVersion{Group: "portolan.dev", Version: "v1alpha1"}

// Spec is what the kinds' specs have in common.
type Spec[S any] interface {
	Copy() S
	Kind() string
	// Name is spec.entityName: the name of an entity whose spelling Kubernetes does not allow.
	Name() string
	RefFields() []RefField
}

// Entity is one object. The type parameter makes each kind a Go type of its own, as the scheme needs it.
type Entity[S Spec[S]] struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata,omitempty"`
	Spec              S      `json:"spec,omitempty"`
	Status            Status `json:"status,omitempty"`
}

// List is a list of one kind.
type List[S Spec[S]] struct {
	metav1.TypeMeta `json:",inline"`
	metav1.ListMeta `json:"metadata,omitempty"`
	Items           []Entity[S] `json:"items"`
}

// Object is an entity of any kind.
type Object interface {
	client.Object
	// Ref is the canonical reference that the object claims.
	Ref() string
	// Refs are the references that it declares.
	Refs() []Declared
	// EntityStatus points into the object.
	EntityStatus() *Status
}

// ObjectList is a list of any kind.
type ObjectList interface {
	client.ObjectList
	// Objects points into the list.
	Objects() []Object
}

// Declared is a reference in a spec.
type Declared struct {
	// Field is where it stands, e.g. spec.owner.
	Field string
	// Ref is its canonical form.
	Ref string
}

func (e *Entity[S]) Ref() string {
	return refs.Format(e.Spec.Kind(), e.Namespace, cmp.Or(e.Spec.Name(), e.ObjectMeta.Name))
}

func (e *Entity[S]) Refs() []Declared {
	var declared []Declared
	for _, field := range e.Spec.RefFields() {
		for _, text := range field.Texts {
			// The schema refuses a text that is no reference, but an object may be older than its schema.
			ref, err := refs.Canonical(text, refs.Defaults{Kind: field.DefaultKind, Namespace: e.Namespace})
			if err == nil {
				declared = append(declared, Declared{Field: "spec." + field.Name, Ref: ref})
			}
		}
	}
	return declared
}

func (e *Entity[S]) EntityStatus() *Status { return &e.Status }

func (e *Entity[S]) copyInto(out *Entity[S]) {
	out.TypeMeta = e.TypeMeta
	e.ObjectMeta.DeepCopyInto(&out.ObjectMeta)
	out.Spec = e.Spec.Copy()
	out.Status = e.Status.Copy()
}

func (e *Entity[S]) DeepCopyObject() runtime.Object {
	out := new(Entity[S])
	e.copyInto(out)
	return out
}

func (l *List[S]) DeepCopyObject() runtime.Object {
	out := &List[S]{TypeMeta: l.TypeMeta, Items: make([]Entity[S], len(l.Items))}
	l.ListMeta.DeepCopyInto(&out.ListMeta)
	for i := range l.Items {
		l.Items[i].copyInto(&out.Items[i])
	}
	return out
}

func (l *List[S]) Objects() []Object {
	objects := make([]Object, len(l.Items))
	for i := range l.Items {
		objects[i] = &l.Items[i]
	}
	return objects
}
