package relations

import (
	"context"
	"time"

	"k8s.io/apimachinery/pkg/api/equality"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"portolan.dev/twin/entity"
)

// conflictDelay is how long a key waits after a conflict: the newer version is already on its way through the watch.
const conflictDelay = 100 * time.Millisecond

// reconciler writes the status of one kind.
type reconciler struct {
	client client.Client
	kind   entity.Kind
	grace  *graceClock
	now    func() time.Time
}

func (r *reconciler) Reconcile(ctx context.Context, request ctrl.Request) (ctrl.Result, error) {
	object := r.kind.New()
	if err := r.client.Get(ctx, request.NamespacedName, object); err != nil {
		if apierrors.IsNotFound(err) {
			r.grace.forget(request.NamespacedName)
		}
		return ctrl.Result{}, client.IgnoreNotFound(err)
	}
	if !object.GetDeletionTimestamp().IsZero() {
		return ctrl.Result{}, nil
	}
	stored := object.DeepCopyObject().(entity.Object)
	wait, isHeld, err := r.compose(ctx, request, object)
	if err != nil || isHeld {
		return ctrl.Result{RequeueAfter: wait}, err
	}
	if equality.Semantic.DeepEqual(stored.EntityStatus(), object.EntityStatus()) {
		return ctrl.Result{RequeueAfter: wait}, nil
	}
	// The patch carries the resourceVersion that it was computed from.
	patch := client.MergeFromWithOptions(stored, client.MergeFromWithOptimisticLock{})
	err = r.client.Status().Patch(ctx, object, patch)
	if apierrors.IsConflict(err) {
		return ctrl.Result{RequeueAfter: conflictDelay}, nil
	}
	return ctrl.Result{RequeueAfter: wait}, client.IgnoreNotFound(err)
}

// compose brings the object's status up to date. It returns after what time to look again (0: on the next event), and
// whether nothing may be written until then.
func (r *reconciler) compose(
	ctx context.Context, request ctrl.Request, object entity.Object,
) (wait time.Duration, isHeld bool, err error) {
	prevailing, err := r.prevailing(ctx, object.Ref())
	if err != nil {
		return 0, false, err
	}
	declared := object.Refs()
	unresolved, err := r.unresolved(ctx, declared)
	if err != nil {
		return 0, false, err
	}
	switch {
	case len(unresolved) == 0:
		r.grace.forget(request.NamespacedName)
		setResolved(object, declared)
	case isStoredAsDangling(object):
		setDangling(object, declared, unresolved)
	default:
		wait = r.grace.left(request.NamespacedName, r.now())
		// A new object waits with its first status, so that a folder applied in any order costs one write per object.
		if wait > 0 && len(object.EntityStatus().Conditions) == 0 {
			return wait, true, nil
		}
		if wait <= 0 {
			wait = 0
			r.grace.forget(request.NamespacedName)
			setDangling(object, declared, unresolved)
		}
	}
	setReady(object, prevailing)
	setScalars(object, declared)
	object.EntityStatus().ObservedGeneration = object.GetGeneration()
	return wait, false, nil
}

func (r *reconciler) unresolved(ctx context.Context, declared []entity.Declared) ([]entity.Declared, error) {
	var unresolved []entity.Declared
	for _, each := range declared {
		found, err := claimants(ctx, r.client, each.Ref, 1)
		if err != nil {
			return nil, err
		}
		if len(found) == 0 {
			unresolved = append(unresolved, each)
		}
	}
	return unresolved, nil
}

// prevailing is the oldest claimant of a reference; of two of the same second it is the one with the smaller uid.
func (r *reconciler) prevailing(ctx context.Context, ref string) (entity.Object, error) {
	all, err := claimants(ctx, r.client, ref, 0)
	if err != nil || len(all) == 0 {
		return nil, err
	}
	winner := all[0]
	for _, other := range all[1:] {
		created, others := winner.GetCreationTimestamp(), other.GetCreationTimestamp()
		if others.Before(&created) || (others.Equal(&created) && other.GetUID() < winner.GetUID()) {
			winner = other
		}
	}
	return winner, nil
}
