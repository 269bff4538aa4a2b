package entity

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
)

// Kind makes objects and lists of one kind.
type Kind struct {
	Name    string
	New     func() Object
	NewList func() ObjectList
}

// Kinds are all seven.
var Kinds = []Kind{
	kind[ComponentSpec](),
	kind[APISpec](),
	kind[ResourceSpec](),
	kind[SystemSpec](),
	kind[DomainSpec](),
	kind[GroupSpec](),
	kind[UserSpec](),
}

// AddToScheme registers them.
func AddToScheme(scheme *runtime.Scheme) error {
	for _, kind := range Kinds {
		scheme.AddKnownTypeWithName(GroupVersion.WithKind(kind.Name), kind.New())
		scheme.AddKnownTypeWithName(GroupVersion.WithKind(kind.Name+"List"), kind.NewList())
	}
	metav1.AddToGroupVersion(scheme, GroupVersion)
	return nil
}

func kind[S Spec[S]]() Kind {
	var spec S
	return Kind{
		Name:    spec.Kind(),
		New:     func() Object { return new(Entity[S]) },
		NewList: func() ObjectList { return new(List[S]) },
	}
}
