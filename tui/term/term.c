/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tui/term/term.h"

#include <curses.h>
#include <errno.h>
#include <fcntl.h>
#include <langinfo.h>
#include <locale.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <termios.h>
#include <unistd.h>
#include <wchar.h>

#include "core/base/buf.h"
#include "core/base/os.h"
#include "core/base/text.h"
#include "tui/term/ascii.h"

enum { ERRORS_CAP = 64 * 1024 };

struct term {
    SCREEN *screen;
    struct theme theme;
    enum theme_level level;
    struct grid grid, shown;
    bool ascii, all, active, paste;
    int cursor_row, cursor_col, shown_row, shown_col;
    int err_fd, log_fd; /* the real stderr, and what stands in for it */
    struct { bool known; attr_t attr; int pair; } cache[ROLES][ROLES];
};

/* What the crash path needs; nothing else is touched there. */
static struct {
    volatile sig_atomic_t active;
    struct termios modes;
    char bytes[256];
    size_t n;
    int err_fd;
    struct sigaction old[8];
} rescue;

static const int fatal[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTRAP, SIGSYS};

static void rescue_terminal(void)
{
    if (!rescue.active)
        return;
    rescue.active = 0;
    if (write(STDOUT_FILENO, rescue.bytes, rescue.n) < 0)
        return;
    tcsetattr(STDIN_FILENO, TCSANOW, &rescue.modes);
    if (rescue.err_fd >= 0)
        dup2(rescue.err_fd, STDERR_FILENO);
}

static void on_fatal(int signo)
{
    rescue_terminal();
    for (size_t i = 0; i < sizeof(fatal) / sizeof(*fatal); i++) {
        if (fatal[i] == signo)
            sigaction(signo, &rescue.old[i], NULL);
    }
    raise(signo);
}

/* A terminfo string without its padding marks, appended to the rescue bytes. */
static void rescue_add(const char *text)
{
    if (!text || text == (char *)-1)
        return;
    while (*text && rescue.n + 1 < sizeof(rescue.bytes)) {
        if (text[0] == '$' && text[1] == '<') {
            const char *end = strchr(text, '>');
            if (end) {
                text = end + 1;
                continue;
            }
        }
        rescue.bytes[rescue.n++] = *text++;
    }
}

static void rescue_prepare(bool paste)
{
    static bool registered;
    struct sigaction act = {.sa_handler = on_fatal, .sa_flags = SA_NODEFER};

    rescue.n = 0;
    if (paste)
        rescue_add("\x1b[?2004l");
    rescue_add(tigetstr("sgr0"));
    rescue_add(tigetstr("op"));
    rescue_add(tigetstr("cnorm"));
    rescue_add(tigetstr("rmcup"));
    rescue_add("\r\n");
    for (size_t i = 0; !registered && i < sizeof(fatal) / sizeof(*fatal); i++)
        sigaction(fatal[i], &act, &rescue.old[i]);
    if (!registered)
        atexit(rescue_terminal);
    registered = true;
}

static void capture_errors(struct term *t)
{
    if (t->log_fd < 0)
        t->log_fd = memfd_create("stderr", MFD_CLOEXEC);
    if (t->log_fd < 0)
        return;
    t->err_fd = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
    rescue.err_fd = t->err_fd;
    if (t->err_fd >= 0)
        dup2(t->log_fd, STDERR_FILENO);
}

static void release_errors(struct term *t)
{
    if (t->err_fd < 0)
        return;
    dup2(t->err_fd, STDERR_FILENO);
    close(t->err_fd);
    t->err_fd = rescue.err_fd = -1;
}

/* What libraries wrote to stderr meanwhile, made harmless. */
static void replay_errors(struct term *t)
{
    struct buf raw, clean;
    char part[4096];
    ssize_t n;

    if (t->log_fd < 0)
        return;
    buf_init(&raw, ERRORS_CAP);
    buf_init(&clean, 4 * ERRORS_CAP);
    lseek(t->log_fd, 0, SEEK_SET);
    while ((n = read(t->log_fd, part, sizeof(part))) > 0 && buf_put(&raw, part, (size_t)n) == 0)
        ;
    text_sanitize(&clean, buf_text(&raw), raw.len, TEXT_PLAIN);
    if (clean.len)
        os_write_all(STDERR_FILENO, buf_text(&clean), clean.len);
    buf_done(&raw);
    buf_done(&clean);
    close(t->log_fd);
}

static void modes_on(struct term *t)
{
    raw();
    noecho();
    nonl();
    curs_set(0);
    t->shown_row = -1;
    if (t->paste)
        os_write_all(STDOUT_FILENO, "\x1b[?2004h", 8);
    t->active = true;
    rescue.active = 1;
    capture_errors(t);
}

static void modes_off(struct term *t)
{
    if (!t->active)
        return;
    t->active = false;
    if (t->paste)
        os_write_all(STDOUT_FILENO, "\x1b[?2004l", 8);
    curs_set(1);
    endwin();
    rescue.active = 0;
    release_errors(t);
}

static enum theme_level find_level(void)
{
    const char *no_color = getenv("NO_COLOR");

    if ((no_color && *no_color) || !has_colors() || start_color() == ERR)
        return THEME_MONO;
    use_default_colors();
    if (tigetflag("RGB") > 0)
        return THEME_RGB;
    return COLORS >= 256 ? THEME_256 : THEME_16;
}

static int check_terminal(const char *name, struct err *err)
{
    if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO)) {
        err_set(err, ERR_MACHINE, "the screen needs a terminal on standard input and output");
        err_hint(err, "use `tinywright run` in scripts");
        return -ERR_MACHINE;
    }
    if (name && *name)
        return 0;
    err_set(err, ERR_MACHINE, "TERM is not set, so the terminal's abilities are unknown");
    err_hint(err, "set TERM (for example TERM=xterm-256color), or use --linear");
    return -ERR_MACHINE;
}

static int check_abilities(const char *name, struct err *err)
{
    const char *cup = tigetstr("cup");

    if (cup && cup != (char *)-1)
        return 0;
    err_set(err, ERR_MACHINE, "the terminal \"%.64s\" cannot place its cursor", name);
    err_hint(err, "set TERM to what your terminal really is, or use --linear");
    return -ERR_MACHINE;
}

struct term *term_new(const struct theme *theme, struct err *err)
{
    const char *name = getenv("TERM");
    struct term *t;

    if (check_terminal(name, err) < 0)
        return NULL;
    t = os_alloc(sizeof(*t));
    if (!t) {
        err_set(err, ERR_MACHINE, "out of memory for the screen");
        return NULL;
    }
    t->theme = *theme;
    t->err_fd = t->log_fd = rescue.err_fd = -1;
    tcgetattr(STDIN_FILENO, &rescue.modes);
    use_env(FALSE);
    use_tioctl(TRUE);
    t->screen = newterm(NULL, stdout, stdin);
    if (!t->screen) {
        err_set(err, ERR_MACHINE, "the terminal \"%.64s\" (from TERM) is not known to this machine", name);
        err_hint(err, "set TERM to a known one (for example TERM=xterm-256color), or use --linear");
        free(t);
        return NULL;
    }
    if (check_abilities(name, err) < 0) {
        endwin();
        delscreen(t->screen);
        free(t);
        return NULL;
    }
    set_escdelay(25);
    t->ascii = strcmp(nl_langinfo(CODESET), "UTF-8") != 0;
    t->level = find_level();
    t->paste = tigetstr("smcup") != NULL || strncmp(name, "vt", 2) == 0;
    t->all = true;
    t->cursor_row = -1;
    rescue_prepare(t->paste);
    modes_on(t);
    grid_init(&t->grid, LINES, COLS);
    grid_init(&t->shown, LINES, COLS);
    return t;
}

void term_free(struct term *t)
{
    if (!t)
        return;
    modes_off(t);
    delscreen(t->screen);
    grid_done(&t->grid);
    grid_done(&t->shown);
    replay_errors(t);
    free(t);
}

struct grid *term_grid(struct term *t)
{
    return &t->grid;
}

void term_cursor(struct term *t, int row, int col)
{
    t->cursor_row = row;
    t->cursor_col = col;
}

static attr_t attr_of(int bits)
{
    static const attr_t table[] = {A_BOLD, A_DIM, A_ITALIC, A_UNDERLINE, A_REVERSE};
    attr_t a = A_NORMAL;

    for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++) {
        if (bits & 1 << i)
            a |= table[i];
    }
    return a;
}

/* Terminals with 8 colors show the bright ones as bold. */
static int palette(int color, attr_t *attr)
{
    if (color >= 8 && color < 16 && COLORS < 16) {
        *attr |= A_BOLD;
        return color - 8;
    }
    return color;
}

static void look_up(struct term *t, int role, int under)
{
    const struct theme_style *s = theme_style(&t->theme, t->level, (enum role)role);
    const struct theme_style *u = theme_style(&t->theme, t->level, (enum role)under);
    int bits = s->attr | (under != ROLE_TEXT ? u->attr : 0);
    int bg = under != ROLE_TEXT && u->bg >= 0 ? u->bg : s->bg, pair = 0;
    attr_t attr = attr_of(bits);

    if (t->level != THEME_MONO && (s->fg >= 0 || bg >= 0)) {
        pair = alloc_pair(palette(s->fg, &attr), palette(bg, &attr));
        if (pair < 0)
            pair = 0;
    }
    t->cache[role][under].attr = attr;
    t->cache[role][under].pair = pair;
    t->cache[role][under].known = true;
}

/* The wide string of a cell in a form that curses and the terminal agree on; returns its columns. */
static int cell_text(const struct term *t, const struct cell *c, wchar_t text[GRID_CPS + 1])
{
    int n = 0, width;

    if (c->n == 1 && c->cp[0] < 0x80) {
        text[0] = (wchar_t)c->cp[0];
        text[1] = 0;
        return 1;
    }
    if (t->ascii && c->cp[0] >= 0x80) {
        text[0] = (wchar_t)ascii_for(c->cp[0]);
        text[1] = 0;
        return 1;
    }
    text[n++] = (wchar_t)c->cp[0];
    width = wcwidth(text[0]);
    if (width < 1) {
        text[0] = t->ascii ? L'?' : 0xFFFD; /* libc would lose it: show that something is here */
        width = 1;
    }
    for (int i = 1; i < c->n && !t->ascii; i++) {
        wchar_t w = (wchar_t)c->cp[i];
        if (wcwidth(w) == 0 && w != 0x200D && w != 0xFE0F)
            text[n++] = w;
    }
    text[n] = 0;
    return width > c->width ? c->width : width;
}

static void paint_cell(struct term *t, int row, int col, const struct cell *c)
{
    wchar_t text[GRID_CPS + 1];
    cchar_t cc;
    int width, pair;

    if (c->width == 0)
        return;
    if (!t->cache[c->role][c->under].known)
        look_up(t, c->role, c->under);
    pair = t->cache[c->role][c->under].pair;
    width = cell_text(t, c, text);
    if (setcchar(&cc, text, t->cache[c->role][c->under].attr, 0, &pair) == ERR)
        setcchar(&cc, L"?", A_NORMAL, 0, NULL);
    mvadd_wch(row, col, &cc); /* ERR in the last cell of the last row is no failure */
    if (width < c->width) {
        setcchar(&cc, L" ", t->cache[c->role][c->under].attr, 0, &pair);
        mvadd_wch(row, col + 1, &cc);
    }
}

static bool paint_row(struct term *t, int row)
{
    size_t bytes = (size_t)t->grid.cols * sizeof(struct cell);
    struct cell *now = grid_at(&t->grid, row, 0), *was = grid_at(&t->shown, row, 0);

    if (!t->all && memcmp(now, was, bytes) == 0)
        return false;
    for (int col = 0; col < t->grid.cols; col++) {
        if (t->all || memcmp(&now[col], &was[col], sizeof(*now)) != 0)
            paint_cell(t, row, col, &now[col]);
    }
    memcpy(was, now, bytes);
    return true;
}

static bool place_cursor(struct term *t)
{
    bool moved = t->cursor_row != t->shown_row || (t->cursor_row >= 0 && t->cursor_col != t->shown_col);

    if (moved && (t->cursor_row < 0) != (t->shown_row < 0))
        curs_set(t->cursor_row >= 0);
    if (t->cursor_row >= 0)
        move(t->cursor_row, t->cursor_col);
    t->shown_row = t->cursor_row;
    t->shown_col = t->cursor_col;
    return moved;
}

bool term_flush(struct term *t)
{
    bool changed = t->all;

    if (!t->active || !t->grid.cells || !t->shown.cells)
        return false;
    for (int row = 0; row < t->grid.rows; row++)
        changed |= paint_row(t, row);
    changed |= place_cursor(t);
    if (t->all)
        clearok(stdscr, TRUE);
    t->all = false;
    if (changed)
        refresh();
    return changed;
}

ssize_t term_read(struct term *t, char *bytes, size_t size)
{
    struct pollfd p = {.fd = STDIN_FILENO, .events = POLLIN};
    ssize_t n;

    (void)t;
    if (poll(&p, 1, 0) <= 0)
        return 0;
    do {
        n = read(STDIN_FILENO, bytes, size);
    } while (n < 0 && errno == EINTR);
    if (n < 0 && errno == EAGAIN)
        return 0;
    return n > 0 ? n : -1;
}

void term_redraw(struct term *t)
{
    t->all = true;
}

bool term_resize(struct term *t)
{
    struct winsize w;

    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &w) < 0 || w.ws_row == 0 || w.ws_col == 0)
        return false;
    if (w.ws_row == t->grid.rows && w.ws_col == t->grid.cols)
        return false;
    grid_done(&t->grid);
    grid_done(&t->shown);
    grid_init(&t->grid, w.ws_row, w.ws_col);
    grid_init(&t->shown, w.ws_row, w.ws_col);
    resize_term(t->grid.rows, t->grid.cols);
    erase();
    t->all = true;
    return true;
}

void term_set_theme(struct term *t, const struct theme *theme)
{
    t->theme = *theme;
    memset(t->cache, 0, sizeof(t->cache));
    t->all = true;
}

void term_pause(struct term *t)
{
    modes_off(t);
}

void term_resume(struct term *t)
{
    if (t->active)
        return;
    refresh();
    modes_on(t);
    term_resize(t);
    t->all = true;
}

void term_stop(struct term *t)
{
    sigset_t stop, old;
    struct sigaction def = {.sa_handler = SIG_DFL}, was;

    term_pause(t);
    sigemptyset(&stop);
    sigaddset(&stop, SIGTSTP);
    sigaction(SIGTSTP, &def, &was);
    sigprocmask(SIG_UNBLOCK, &stop, &old);
    raise(SIGTSTP); /* without a shell above us the kernel drops it, which is right */
    sigprocmask(SIG_SETMASK, &old, NULL);
    sigaction(SIGTSTP, &was, NULL);
    term_resume(t);
}

bool term_ascii(const struct term *t)
{
    return t->ascii;
}

enum theme_level term_level(const struct term *t)
{
    return t->level;
}

int term_in(const struct term *t)
{
    (void)t;
    return STDIN_FILENO;
}
