package entity

import "slices"

// RefField is a field of a spec that holds references.
type RefField struct {
	Name string
	// DefaultKind is the kind of a reference that names none; empty when it must name one.
	DefaultKind string
	Texts       []string
}

// Only the fields that the controller reads are declared, so only those are decoded and kept.

type ComponentSpec struct {
	EntityName     string   `json:"entityName,omitempty"`
	Owner          string   `json:"owner,omitempty"`
	System         string   `json:"system,omitempty"`
	SubcomponentOf string   `json:"subcomponentOf,omitempty"`
	ProvidesAPIs   []string `json:"providesApis,omitempty"`
	ConsumesAPIs   []string `json:"consumesApis,omitempty"`
	DependsOn      []string `json:"dependsOn,omitempty"`
	DependencyOf   []string `json:"dependencyOf,omitempty"`
}

func (s ComponentSpec) Copy() ComponentSpec {
	s.ProvidesAPIs = slices.Clone(s.ProvidesAPIs)
	s.ConsumesAPIs = slices.Clone(s.ConsumesAPIs)
	s.DependsOn = slices.Clone(s.DependsOn)
	s.DependencyOf = slices.Clone(s.DependencyOf)
	return s
}

func (s ComponentSpec) Kind() string { return "Component" }
func (s ComponentSpec) Name() string { return s.EntityName }
func (s ComponentSpec) RefFields() []RefField {
	return []RefField{
		{"owner", "Group", one(s.Owner)},
		{"system", "System", one(s.System)},
		{"subcomponentOf", "Component", one(s.SubcomponentOf)},
		{"providesApis", "API", s.ProvidesAPIs},
		{"consumesApis", "API", s.ConsumesAPIs},
		{"dependsOn", "", s.DependsOn},
		{"dependencyOf", "", s.DependencyOf},
	}
}

type APISpec struct {
	EntityName string `json:"entityName,omitempty"`
	Owner      string `json:"owner,omitempty"`
	System     string `json:"system,omitempty"`
}

func (s APISpec) Copy() APISpec { return s }
func (s APISpec) Kind() string  { return "API" }
func (s APISpec) Name() string  { return s.EntityName }
func (s APISpec) RefFields() []RefField {
	return []RefField{{"owner", "Group", one(s.Owner)}, {"system", "System", one(s.System)}}
}

type ResourceSpec struct {
	EntityName   string   `json:"entityName,omitempty"`
	Owner        string   `json:"owner,omitempty"`
	System       string   `json:"system,omitempty"`
	DependsOn    []string `json:"dependsOn,omitempty"`
	DependencyOf []string `json:"dependencyOf,omitempty"`
}

func (s ResourceSpec) Copy() ResourceSpec {
	s.DependsOn = slices.Clone(s.DependsOn)
	s.DependencyOf = slices.Clone(s.DependencyOf)
	return s
}

func (s ResourceSpec) Kind() string { return "Resource" }
func (s ResourceSpec) Name() string { return s.EntityName }
func (s ResourceSpec) RefFields() []RefField {
	return []RefField{
		{"owner", "Group", one(s.Owner)},
		{"system", "System", one(s.System)},
		{"dependsOn", "", s.DependsOn},
		{"dependencyOf", "", s.DependencyOf},
	}
}

type SystemSpec struct {
	EntityName string `json:"entityName,omitempty"`
	Owner      string `json:"owner,omitempty"`
	Domain     string `json:"domain,omitempty"`
}

func (s SystemSpec) Copy() SystemSpec { return s }
func (s SystemSpec) Kind() string     { return "System" }
func (s SystemSpec) Name() string     { return s.EntityName }
func (s SystemSpec) RefFields() []RefField {
	return []RefField{{"owner", "Group", one(s.Owner)}, {"domain", "Domain", one(s.Domain)}}
}

type DomainSpec struct {
	EntityName  string `json:"entityName,omitempty"`
	Owner       string `json:"owner,omitempty"`
	SubdomainOf string `json:"subdomainOf,omitempty"`
}

func (s DomainSpec) Copy() DomainSpec { return s }
func (s DomainSpec) Kind() string     { return "Domain" }
func (s DomainSpec) Name() string     { return s.EntityName }
func (s DomainSpec) RefFields() []RefField {
	return []RefField{{"owner", "Group", one(s.Owner)}, {"subdomainOf", "Domain", one(s.SubdomainOf)}}
}

type GroupSpec struct {
	EntityName string   `json:"entityName,omitempty"`
	Parent     string   `json:"parent,omitempty"`
	Children   []string `json:"children,omitempty"`
	Members    []string `json:"members,omitempty"`
}

func (s GroupSpec) Copy() GroupSpec {
	s.Children = slices.Clone(s.Children)
	s.Members = slices.Clone(s.Members)
	return s
}

func (s GroupSpec) Kind() string { return "Group" }
func (s GroupSpec) Name() string { return s.EntityName }
func (s GroupSpec) RefFields() []RefField {
	return []RefField{
		{"parent", "Group", one(s.Parent)},
		{"children", "Group", s.Children},
		{"members", "User", s.Members},
	}
}

type UserSpec struct {
	EntityName string   `json:"entityName,omitempty"`
	MemberOf   []string `json:"memberOf,omitempty"`
}

func (s UserSpec) Copy() UserSpec {
	s.MemberOf = slices.Clone(s.MemberOf)
	return s
}

func (s UserSpec) Kind() string { return "User" }
func (s UserSpec) Name() string { return s.EntityName }
func (s UserSpec) RefFields() []RefField {
	return []RefField{{"memberOf", "Group", s.MemberOf}}
}

func one(text string) []string {
	if text == "" {
		return nil
	}
	return []string{text}
}
