package refs

import (
	"strings"
	"testing"
)

func TestCanonicalFillsInDefaultsAndLowersCase(t *testing.T) {
	defaults := Defaults{Kind: "Group", Namespace: "Home"}
	for text, want := range map[string]string{
		"Team":              "group:home/team",
		"user:ann":          "user:home/ann",
		"ops/team":          "group:ops/team",
		"Component:Ops/Web": "component:ops/web",
	} {
		got, err := Canonical(text, defaults)
		if err != nil || got != want {
			t.Errorf("Canonical(%q) = %q, %v; want %q", text, got, err, want)
		}
	}
}

func TestCanonicalRefusesWhatIsNoReference(t *testing.T) {
	defaults := Defaults{Kind: "Group", Namespace: "home"}
	for _, text := range []string{
		"", ":", "/", "a:", ":a", "a/", "/a", "a:b:c", "a/b/c", "a/b:c", "a:b/", strings.Repeat("a", 254),
	} {
		if got, err := Canonical(text, defaults); err == nil {
			t.Errorf("Canonical(%q) = %q; want an error", text, got)
		}
	}
}

func TestCanonicalNeedsAKindWhereNoneIsTheDefault(t *testing.T) {
	if got, err := Canonical("db", Defaults{Namespace: "home"}); err == nil {
		t.Errorf("Canonical = %q; want an error", got)
	}
	got, err := Canonical("resource:db", Defaults{Namespace: "home"})
	if err != nil || got != "resource:home/db" {
		t.Errorf("Canonical = %q, %v", got, err)
	}
}
