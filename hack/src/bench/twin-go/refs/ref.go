// Package refs reads references between entities. Its rules are those of crds/src/refs.
package refs

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// maxLength bounds a reference, in characters.
const maxLength = 253

// Defaults are the parts that a reference may leave out. An empty Kind means that it must name one.
type Defaults struct {
	Kind      string
	Namespace string
}

// Format is the canonical form, by which references are compared: kind:namespace/name in lower case.
func Format(kind, namespace, name string) string {
	return strings.ToLower(kind + ":" + namespace + "/" + name)
}

// Canonical reads [kind:][namespace/]name and returns its canonical form.
func Canonical(text string, defaults Defaults) (string, error) {
	kind, rest, named := strings.Cut(text, ":")
	if !named {
		kind, rest = defaults.Kind, text
	}
	namespace, name, placed := strings.Cut(rest, "/")
	if !placed {
		namespace, name = defaults.Namespace, rest
	}
	switch {
	case utf8.RuneCountInString(text) > maxLength,
		named && !isPart(kind), placed && !isPart(namespace), !isPart(name):
		return "", fmt.Errorf("%q must be of the form [kind:][namespace/]name", text)
	case kind == "":
		return "", fmt.Errorf("%q must name its kind: kind:[namespace/]name", text)
	}
	return Format(kind, namespace, name), nil
}

// Kind is the kind in a canonical reference.
func Kind(canonical string) string {
	kind, _, _ := strings.Cut(canonical, ":")
	return kind
}

func isPart(text string) bool {
	return text != "" && !strings.ContainsAny(text, ":/")
}
