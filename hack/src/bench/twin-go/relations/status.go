package relations

import (
	"fmt"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"portolan.dev/twin/entity"
)

const (
	conditionReady        = "Ready"
	conditionRefsResolved = "RefsResolved"

	shownRefs      = 20
	namedInMessage = 3
)

// setReady states whether the object is served under its reference; prevailing is the object that is.
func setReady(object, prevailing entity.Object) {
	ref := object.Ref()
	if prevailing == nil || prevailing.GetUID() == object.GetUID() {
		setCondition(object, conditionReady, metav1.ConditionTrue, "Accepted", fmt.Sprintf("Served as %s.", ref))
		return
	}
	who := "an older object"
	if prevailing.GetNamespace() == object.GetNamespace() {
		who = fmt.Sprintf("%q", prevailing.GetName())
	}
	setCondition(object, conditionReady, metav1.ConditionFalse, "Conflict", fmt.Sprintf(
		"%s is already claimed by %s; delete one of them or give this one another name.", ref, who))
}

// setScalars states the owner and the system in canonical form.
func setScalars(object entity.Object, declared []entity.Declared) {
	status := object.EntityStatus()
	status.OwnerRef, status.SystemRef = "", ""
	for _, each := range declared {
		switch {
		case each.Field == "spec.owner" && status.OwnerRef == "":
			status.OwnerRef = each.Ref
		case each.Field == "spec.system" && status.SystemRef == "":
			status.SystemRef = each.Ref
		}
	}
}

func setResolved(object entity.Object, declared []entity.Declared) {
	total := len(distinct(declared))
	object.EntityStatus().Refs = &entity.RefsStatus{Total: int32(total)}
	reason, message := "AllResolved", fmt.Sprintf("All %d references have a target.", total)
	switch total {
	case 0:
		reason, message = "NoRefs", "Refers to no other entity."
	case 1:
		message = "Its one reference has a target."
	}
	setCondition(object, conditionRefsResolved, metav1.ConditionTrue, reason, message)
}

func setDangling(object entity.Object, declared, unresolved []entity.Declared) {
	total := len(distinct(declared))
	missing := distinct(unresolved)
	slices.Sort(missing)
	status := &entity.RefsStatus{Total: int32(total), Dangling: missing}
	if more := len(missing) - shownRefs; more > 0 {
		status.Dangling, status.More = missing[:shownRefs], int32(more)
	}
	object.EntityStatus().Refs = status

	var named []string
	for _, each := range unresolved[:min(len(unresolved), namedInMessage)] {
		named = append(named, fmt.Sprintf("%s (%s)", each.Ref, each.Field))
	}
	rest := ""
	if more := len(unresolved) - len(named); more > 0 {
		rest = fmt.Sprintf(" and %d more", more)
	}
	verb, pronoun := "have", "them"
	if len(missing) == 1 {
		verb, pronoun = "has", "it"
	}
	setCondition(object, conditionRefsResolved, metav1.ConditionFalse, "DanglingRefs", fmt.Sprintf(
		"%d of %d references %s no target: %s%s. Create %s or correct the spelling.",
		len(missing), total, verb, strings.Join(named, ", "), rest, pronoun))
}

func isStoredAsDangling(object entity.Object) bool {
	return meta.IsStatusConditionFalse(object.EntityStatus().Conditions, conditionRefsResolved)
}

func setCondition(object entity.Object, kind string, status metav1.ConditionStatus, reason, message string) {
	meta.SetStatusCondition(&object.EntityStatus().Conditions, metav1.Condition{
		Type:               kind,
		Status:             status,
		Reason:             reason,
		Message:            message,
		ObservedGeneration: object.GetGeneration(),
	})
}
