package entity

import (
	"encoding/json"
	"slices"
	"testing"
)

func TestRefsFollowTheRulesOfTheKind(t *testing.T) {
	component := new(Entity[ComponentSpec])
	text := `{
		"metadata": {"namespace": "home", "name": "web"},
		"spec": {
			"entityName": "Web", "owner": "Team", "system": "shop", "providesApis": ["ops/orders"],
			"dependsOn": ["resource:db", "no-kind", "cloud-account:prod"]
		}
	}`
	if err := json.Unmarshal([]byte(text), component); err != nil {
		t.Fatal(err)
	}
	want := []Declared{
		{"spec.owner", "group:home/team"},
		{"spec.system", "system:home/shop"},
		{"spec.providesApis", "api:ops/orders"},
		{"spec.dependsOn", "resource:home/db"},
		{"spec.dependsOn", "cloud-account:home/prod"},
	}
	if got := component.Refs(); !slices.Equal(got, want) {
		t.Errorf("Refs() = %v; want %v", got, want)
	}
	if got := component.Ref(); got != "component:home/web" {
		t.Errorf("Ref() = %q", got)
	}
}

func TestACopySharesNothingThatChanges(t *testing.T) {
	group := new(Entity[GroupSpec])
	group.Spec.Members = []string{"ann"}
	group.Status.Refs = &RefsStatus{Dangling: []string{"user:home/ann"}}
	copied := group.DeepCopyObject().(*Entity[GroupSpec])
	copied.Spec.Members[0] = "bob"
	copied.Status.Refs.Dangling[0] = "user:home/bob"
	if group.Spec.Members[0] != "ann" || group.Status.Refs.Dangling[0] != "user:home/ann" {
		t.Errorf("the copy changed the original: %v, %v", group.Spec.Members, group.Status.Refs.Dangling)
	}
}
