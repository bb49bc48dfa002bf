/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A second process's commands over the project's socket: heard, answered, and nonsense survived. */
#include "tests/unit/tiny_project.h"

#include <errno.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "core/exec/exec.h"
#include "core/pipeline/remote.h"

struct world {
    struct tiny t;
    struct remote *remote;
};

static int set_up(void **state)
{
    static struct world w;
    struct err err = {0};

    tiny_with_model = false;
    tiny_make_project(&w.t);
    if (tiny_open(&w.t, NULL, &err) || tiny_run(&w.t, &err) != ERR_DECISION)
        fail_msg("%s", err.msg);
    w.remote = remote_listen(w.t.loop, w.t.engine, w.t.folder, &err);
    assert_non_null(w.remote);
    *state = &w;
    return 0;
}

static int tear_down(void **state)
{
    struct world *w = *state;

    remote_free(w->remote);
    tiny_done(&w->t);
    return 0;
}

/* Serves until the child has ended; its exit code. */
static int serve(struct world *w, pid_t pid)
{
    int64_t end = os_mono_ms() + TINY_TURN_MS;
    int status = 0;

    while (waitpid(pid, &status, WNOHANG) == 0) {
        assert_true(os_mono_ms() < end);
        loop_turn(w->t.loop, 20);
    }
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static int send_in_child(struct world *w, const struct command *c, const char *wanted)
{
    pid_t pid = fork();

    if (pid == 0) {
        struct err err = {0};
        int r = remote_send(w->t.folder, c, &err);
        _exit(r < 0 && wanted && !strstr(err.msg, wanted) ? 99 : r < 0 ? -r : r ? 100 : 0);
    }
    return serve(w, pid);
}

static void a_decision_arrives(void **state)
{
    struct world *w = *state;
    struct command c = {.kind = COMMAND_DECIDE, .attempt = "make.1/1", .verb = DECISION_APPROVE,
                        .sha256 = tiny_attempt(&w->t, "make.1/1")->sha};

    assert_int_equal(send_in_child(w, &c, NULL), 0);
    assert_int_not_equal(tiny_attempt(&w->t, "make.1/1")->state, ATTEMPT_WAITING);
    assert_string_equal(tiny_attempt(&w->t, "make.1/1")->decision.by, "tester"); /* whose process it is */
}

static void a_refusal_comes_back_with_its_words(void **state)
{
    struct world *w = *state;
    struct command c = {.kind = COMMAND_DECIDE, .attempt = "make.1/1", .verb = DECISION_APPROVE, .sha256 = "wrong"};

    assert_int_equal(send_in_child(w, &c, "not that of make.1/1"), ERR_USAGE);
    c.attempt = "nobody/1";
    assert_int_equal(send_in_child(w, &c, "no attempt nobody/1"), ERR_USAGE);
    c = (struct command){.kind = COMMAND_DECIDE, .attempt = "make.2/1", .verb = DECISION_TAKE_OVER, .bytes = "x\0y", .len = 3};
    assert_int_equal(send_in_child(w, &c, NULL), 0);
    assert_int_equal(tiny_attempt(&w->t, "make.2/1")->size, 3); /* all bytes, NUL included */
}

static void the_socket_is_the_owners(void **state)
{
    struct world *w = *state;
    char path[160];
    struct stat st;

    snprintf(path, sizeof(path), "%s/.tinywright/socket", w->t.folder);
    assert_int_equal(lstat(path, &st), 0);
    assert_true(S_ISSOCK(st.st_mode));
    assert_int_equal(st.st_mode & 077, 0);
}

static int connect_raw(const struct world *w)
{
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    if (snprintf(at.sun_path, sizeof(at.sun_path), "%s/.tinywright/socket", w->t.folder) >= (int)sizeof(at.sun_path))
        return -1;
    return connect(fd, (const struct sockaddr *)&at, sizeof(at)) == 0 ? fd : -1;
}

static void nonsense_is_survived(void **state)
{
    struct world *w = *state;
    static const char *const lines[] = {"\n", "{}\n", "null\n", "[1]\n", "{\"kind\":99}\n", "{\"kind\":1,\"verb\":7,\"attempt\":[]}\n",
                                        "not json\n", "{\"kind\":1,\"verb\":\"approve\"}\n", "\xff\xfe\x00\n", "{\"half\":"};
    int64_t before = engine_state(w->t.engine)->last_seq;

    for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++) {
        int fd = connect_raw(w);
        assert_true(fd >= 0);
        assert_true(send(fd, lines[i], strlen(lines[i]), MSG_NOSIGNAL) >= 0);
        for (int k = 0; k < 5; k++)
            loop_turn(w->t.loop, 5);
        close(fd);
        loop_turn(w->t.loop, 5);
    }
    assert_int_equal(engine_state(w->t.engine)->last_seq, before);
    a_decision_arrives(state); /* it still listens */
}

static void more_peers_than_places(void **state)
{
    struct world *w = *state;
    int fds[20];

    for (int i = 0; i < 20; i++) {
        fds[i] = connect_raw(w);
        for (int k = 0; k < 3; k++)
            loop_turn(w->t.loop, 2);
    }
    for (int i = 0; i < 20; i++) {
        if (fds[i] >= 0)
            close(fds[i]);
    }
    for (int k = 0; k < 10; k++)
        loop_turn(w->t.loop, 2);
    a_decision_arrives(state);
}

static void nobody_listens(void **state)
{
    struct world *w = *state;
    struct command c = {.kind = COMMAND_CANCEL};
    struct err err = {0};

    remote_free(w->remote);
    w->remote = NULL;
    assert_int_equal(remote_send(w->t.folder, &c, &err), REMOTE_NOBODY);
    assert_int_equal(remote_send("/nonexistent", &c, &err), REMOTE_NOBODY);
}

static void a_socket_left_behind_is_replaced(void **state)
{
    struct world *w = *state;
    struct err err = {0};
    char path[160];

    remote_free(w->remote);
    snprintf(path, sizeof(path), "%s/.tinywright/socket", w->t.folder);
    assert_int_equal(path_write(path, "left behind", 11, 0600, NULL), 0);
    w->remote = remote_listen(w->t.loop, w->t.engine, w->t.folder, &err);
    assert_non_null(w->remote);
    a_decision_arrives(state);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(a_decision_arrives),       TEST(a_refusal_comes_back_with_its_words), TEST(the_socket_is_the_owners),
        TEST(nonsense_is_survived),     TEST(more_peers_than_places),              TEST(nobody_listens),
        TEST(a_socket_left_behind_is_replaced),
    };

    if (exec_probe(EXEC_FULL, NULL)) {
        print_message("the full sandbox cannot be had on this machine\n");
        return 77;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
